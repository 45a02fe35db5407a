;; Has the host fill as much memory as a manifest can allow, again and again.
(core module $memory (memory (export "memory") 960))
(func $evaluate (type $evaluate)
  (loop $again
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 62914560)) (br $again)) (call $allow))
