//! A search for users.

/// An attribute that Cognito can search users by, and that at most a few users share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searchable {
    /// The name of the user in the pool.
    UserName,
    /// The email address.
    Email,
    /// The phone number.
    PhoneNumber,
    /// The full name.
    Name,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// The name that the user prefers.
    PreferredUserName,
    /// The id of the user in the pool, which does not change.
    Sub,
}

/// A search for the users with one value of one attribute.
#[derive(Clone, Copy, Debug)]
pub struct UserQuery<'a> {
    /// The id of the pool.
    pub user_pool_id: &'a str,
    /// The attribute that is compared.
    pub by: Searchable,
    /// The value that it has.
    pub value: &'a str,
    /// The attributes that are returned. `identities` fills [`User::identities`](crate::User).
    pub attributes: &'a [&'a str],
    /// The number of users that are returned at most.
    pub max_users: usize,
}

impl Searchable {
    /// All of them.
    pub const ALL: [Searchable; 8] = [
        Searchable::UserName,
        Searchable::Email,
        Searchable::PhoneNumber,
        Searchable::Name,
        Searchable::GivenName,
        Searchable::FamilyName,
        Searchable::PreferredUserName,
        Searchable::Sub,
    ];

    /// The attribute with this name in Cognito, such as `email`. None if Cognito cannot search by it.
    pub fn from_name(name: &str) -> Option<Searchable> {
        Searchable::ALL.into_iter().find(|searchable| searchable.name() == name)
    }

    /// The name in Cognito.
    pub fn name(self) -> &'static str {
        match self {
            Searchable::UserName => "username",
            Searchable::Email => "email",
            Searchable::PhoneNumber => "phone_number",
            Searchable::Name => "name",
            Searchable::GivenName => "given_name",
            Searchable::FamilyName => "family_name",
            Searchable::PreferredUserName => "preferred_username",
            Searchable::Sub => "sub",
        }
    }
}

impl UserQuery<'_> {
    /// The filter in Cognito's form, in which a quotation mark is escaped with a backslash.
    pub(crate) fn filter(&self) -> String {
        let value = self.value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{} = \"{value}\"", self.by.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filter(value: &str) -> String {
        let by = Searchable::Email;
        UserQuery { user_pool_id: "", by, value, attributes: &[], max_users: 1 }.filter()
    }

    /// The value in a filter, as a parser reads it that knows backslashes; none if anything follows.
    fn value_of(filter: &str) -> Option<String> {
        let mut chars = filter.strip_prefix("email = \"")?.chars();
        let mut value = String::new();
        loop {
            match chars.next()? {
                '"' => return chars.next().is_none().then_some(value),
                '\\' => value.push(chars.next()?),
                c => value.push(c),
            }
        }
    }

    #[test]
    fn a_filter_is_escaped() {
        assert_eq!(filter("mary@example.com"), r#"email = "mary@example.com""#);
        assert_eq!(filter(r#"a"b\c"#), r#"email = "a\"b\\c""#);
    }

    proptest! {
        #[test]
        fn no_value_changes_the_filter(value in "(\\PC|[\"\\\\= ]|\" or email \\^= \"){0,30}") {
            let filter = filter(&value);
            prop_assert_eq!(value_of(&filter), Some(value));
            // A parser that knows `\"` alone finds no end within the value either.
            let inner = filter.strip_prefix("email = \"").and_then(|rest| rest.strip_suffix('"'));
            let inner = inner.unwrap().replace("\\\"", "");
            prop_assert!(!inner.contains('"'), "{}", inner);
        }
    }

    #[test]
    fn a_searchable_attribute_has_a_name() {
        for searchable in Searchable::ALL {
            assert_eq!(Searchable::from_name(searchable.name()), Some(searchable));
        }
        assert_eq!(Searchable::from_name("custom:tenant"), None);
        assert_eq!(Searchable::from_name("status"), None);
    }
}
