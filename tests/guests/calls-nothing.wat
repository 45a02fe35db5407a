;; Calls a table element that is empty.
(table $table 1 funcref)
(func $evaluate (type $evaluate) (call_indirect $table (result i32) (i32.const 0)))
