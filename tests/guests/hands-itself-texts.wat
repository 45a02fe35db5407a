;; Two components inside hand each other a text.
(component
  (component $a
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "f") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "text" string)
      (canon lift (core func $i "f") (memory (core memory $i "memory"))
        (realloc (core func $i "realloc")))))
  (component $b
    (import "f" (func $f (param "text" string)))
    (core module $m (memory (export "memory") 1))
    (core instance $i (instantiate $m))
    (core func $lowered (canon lower (func $f) (memory (core memory $i "memory"))))
    (core module $n (import "" "f" (func (param i32 i32))))
    (core instance (instantiate $n (with "" (instance (export "f" (func $lowered)))))))
  (instance $a (instantiate $a))
  (instance (instantiate $b (with "f" (func $a "f")))))
