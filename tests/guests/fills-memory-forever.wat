;; Makes the host fill memory again and again: few instructions, much time.
(core module $memory (memory (export "memory") 250))
(func $evaluate (type $evaluate)
  (loop $again
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 16384000)) (br $again)) (call $allow))
