;; Takes 15 MiB, crashes if a byte of them is not zero, and leaves them full.
(func $evaluate (type $evaluate) (local $at i32)
  (drop (memory.grow (i32.const 240)))
  (local.set $at (i32.const 65536))
  (loop $next
    (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then unreachable))
    (i64.store (local.get $at) (i64.const -1))
    (br_if $next (i32.lt_u
      (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 15794176))))
  (call $allow))
