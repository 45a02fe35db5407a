;; Writes ten thousand notes of 60 KiB.
(core module $memory (memory (export "memory") 2))
(func $evaluate (type $evaluate) (local $i i32)
  (memory.fill (i32.const 65536) (i32.const 97) (i32.const 61440))
  (loop $again
    (call $write (i32.const 1) (i32.const 65536) (i32.const 61440))
    (br_if $again (i32.lt_u
      (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10000))))
  (call $allow))
