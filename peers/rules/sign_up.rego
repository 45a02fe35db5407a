package sign_up

import rego.v1

# Of a sign-up with an address at a listed domain, or at one below it.
deny := {
	"code": "email-domain-blocked",
	"message": "Please sign up with another email address",
} if {
	domain := split(input.userAttributes.email, "@")[1]
	some listed in data.domains
	is_at(domain, listed)
}

is_at(domain, listed) if domain == listed

is_at(domain, listed) if endswith(domain, concat("", [".", listed]))
