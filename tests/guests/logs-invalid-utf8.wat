;; Writes a note that is no text.
(data $text "\ff\fe")
(func $evaluate (type $evaluate)
  (memory.init $text (i32.const 4096) (i32.const 0) (i32.const 2))
  (call $write (i32.const 1) (i32.const 4096) (i32.const 2)) (call $allow))
