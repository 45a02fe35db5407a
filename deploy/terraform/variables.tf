variable "name" {
  description = "Name of the function, its log group, its role, its alarms and the user pool."
  type        = string
  default     = "admit"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,50}$", var.name))
    error_message = "Up to 50 letters, digits, hyphens and underscores."
  }
}

variable "function_zip" {
  description = "The output of `admit bundle --zip`. If null, function.zip at the root of the repository."
  type        = string
  default     = null
}

variable "architecture" {
  description = "The value of `admit bundle --target`. Compiled policies run only on this architecture."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "Either x86_64 or arm64."
  }
}

variable "memory_size" {
  description = "In megabytes. Lambda allocates processor time in proportion."
  type        = number
  default     = 128

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240
    error_message = "From 128 to 10240."
  }
}

variable "log_level" {
  description = "ADMIT_LOG. Below `warn`, the alarm on failures misses lines. Records of decisions are always written."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["off", "error", "warn", "info", "debug", "trace"], var.log_level)
    error_message = "One of off, error, warn, info, debug, trace."
  }
}

variable "metrics" {
  description = "ADMIT_METRICS, the metrics of each decision: none, all, or some of decisions,denials,failures,time. CloudWatch charges for each."
  type        = string
  default     = "none"

  validation {
    condition     = can(regex("^(none|all|(decisions|denials|failures|no-policy-applies|time)(,(decisions|denials|failures|no-policy-applies|time))*)$", var.metrics))
    error_message = "One of none and all, or some of decisions,denials,failures,time."
  }
}

variable "user_name_key" {
  description = "ADMIT_USER_NAME_KEY, a secret of at least 32 characters. Records then have a keyed hash of the user name. Terraform's state contains the secret."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.user_name_key == null ? true : length(var.user_name_key) >= 32
    error_message = "At least 32 characters."
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the log; one of the numbers that it supports."
  type        = number
  default     = 30

  validation {
    # 0 means for ever.
    condition     = var.log_retention_days > 0
    error_message = "At least 1."
  }
}

variable "user_pool_arn" {
  description = "An existing user pool to serve instead of a new one. Attach its trigger where the pool is managed, see deploy/README.md."
  type        = string
  default     = null
}

variable "user_pool_access" {
  description = "What the function may do with the pool; the most that `admit bundle --iam` prints. `lookups` for look-ups of users, `links` also to link identities."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "lookups", "links"], var.user_pool_access)
    error_message = "One of none, lookups, links."
  }
}

variable "alarm_topic_arn" {
  description = "An SNS topic for the alarms. If null, alarms are shown only in the console."
  type        = string
  default     = null
}

variable "errors_threshold" {
  description = "Errors without a matching denial, in five minutes."
  type        = number
  default     = 5
}

variable "duration_threshold" {
  description = "The 99th percentile, in milliseconds. Cognito waits 5 s, and the budget of a decision is 2 s by default."
  type        = number
  default     = 2500
}
