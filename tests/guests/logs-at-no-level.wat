;; Writes a note at a level that does not exist.
(func $evaluate (type $evaluate)
  (call $write (i32.const 9) (i32.const 0) (i32.const 1)) (call $allow))
