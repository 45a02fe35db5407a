;; Writes a note that does not lie in its memory.
(func $evaluate (type $evaluate)
  (call $write (i32.const 1) (i32.const -100) (i32.const 10)) (call $allow))
