;; Denies with a message of a million characters.
(core module $memory (memory (export "memory") 20))
(func $evaluate (type $evaluate)
  (memory.fill (i32.const 65536) (i32.const 97) (i32.const 1000000))
  (call $deny (i32.const 65536) (i32.const 4) (i32.const 65536) (i32.const 1000000)))
