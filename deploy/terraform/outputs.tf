output "function_name" {
  value = aws_lambda_function.admit.function_name
}

output "alias_arn" {
  description = "The pre sign-up trigger to set in a user pool."
  value       = aws_lambda_alias.live.arn
}

output "log_group_name" {
  value = aws_cloudwatch_log_group.admit.name
}

output "user_pool_id" {
  description = "Null if the pool existed before."
  value       = one(aws_cognito_user_pool.admit[*].id)
}
