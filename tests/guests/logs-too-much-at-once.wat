;; Writes one note that is larger than a call may hand over.
(core module $memory (memory (export "memory") 2))
(func $evaluate (type $evaluate)
  (call $write (i32.const 1) (i32.const 0) (i32.const 70000)) (call $allow))
