;; Has initial data that do not fit into its memory.
(data (i32.const 65530) "too long")
