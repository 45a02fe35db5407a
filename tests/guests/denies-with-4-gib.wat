;; Denies with a message that claims to be as long as all memory there can be.
(func $evaluate (type $evaluate)
  (call $deny (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0xffffffff)))
