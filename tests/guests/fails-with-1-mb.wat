;; Cannot decide, and takes a million characters to say so.
(core module $memory (memory (export "memory") 20))
(func $evaluate (type $evaluate)
  (memory.fill (i32.const 65536) (i32.const 97) (i32.const 1000000))
  (call $error (i32.const 65536) (i32.const 1000000)))
