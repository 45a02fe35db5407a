;; Calls the host while the host asks it for room.
(func $realloc (type $realloc)
  (call $write (i32.const 1) (i32.const 0) (i32.const 0)) (i32.const 8192))
