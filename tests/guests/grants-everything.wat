;; Grants everything, whatever it was permitted.
(func $evaluate (type $evaluate)
  (i32.store (i32.const 1032) (i32.const 0x010101)) (call $allow))
