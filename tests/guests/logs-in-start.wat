;; Writes a note while it is instantiated.
(func $hello (call $write (i32.const 1) (i32.const 0) (i32.const 0)))
(start $hello)
