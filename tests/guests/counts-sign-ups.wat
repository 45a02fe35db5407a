;; Confirms the first sign-up that it sees, by a global and by a place in memory.
(global $seen (mut i32) (i32.const 0))
(func $evaluate (type $evaluate)
  (global.set $seen (i32.add (global.get $seen) (i32.const 1)))
  (i32.store (i32.const 4096) (i32.add (i32.load (i32.const 4096)) (i32.const 1)))
  (i32.store8 (i32.const 1032)
    (i32.eq (i32.add (global.get $seen) (i32.load (i32.const 4096))) (i32.const 2)))
  (call $allow))
