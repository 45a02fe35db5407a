;; Writes a note that is no text while it is instantiated.
(data (i32.const 4096) "\ff\fe")
(func $hello (call $write (i32.const 1) (i32.const 4096) (i32.const 2)))
(start $hello)
