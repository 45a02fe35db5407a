;; Denies with a message that does not lie in its memory.
(func $evaluate (type $evaluate)
  (call $deny (i32.const 0) (i32.const 1) (i32.const 65530) (i32.const 100)))
