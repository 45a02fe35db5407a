;; Writes a note at a level that is made of the first letters of the user name.
(func $evaluate (type $evaluate)
  (call $write (i32.load (local.get 8)) (i32.const 0) (i32.const 1)) (call $allow))
