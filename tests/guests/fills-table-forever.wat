;; Makes the host fill a table again and again.
(table $table 20000 funcref)
(func $evaluate (type $evaluate)
  (loop $again
    (table.fill $table (i32.const 0) (ref.null func) (i32.const 20000)) (br $again)) (call $allow))
