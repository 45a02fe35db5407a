terraform {
  required_version = ">= 1.5, < 2.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.25.0 is the version whose schema deploy/check compares this with.
      version = "~> 6.25"
    }
  }
}
