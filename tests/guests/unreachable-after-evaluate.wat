;; Grants everything, and crashes when the host has read that.
(func $evaluate (type $evaluate)
  (i32.store (i32.const 1032) (i32.const 0x010101)) (call $allow))
(func $after-evaluate (param i32) unreachable)
