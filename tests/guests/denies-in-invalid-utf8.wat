;; Denies with a code and a message that are no text.
(data $text "\ff\fe\1b[31m")
(func $evaluate (type $evaluate)
  (memory.init $text (i32.const 4096) (i32.const 0) (i32.const 7))
  (call $deny (i32.const 4096) (i32.const 7) (i32.const 4096) (i32.const 7)))
