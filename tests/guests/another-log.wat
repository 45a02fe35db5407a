;; Imports more from the log than there is.
(component
  (import "admit:policy/log@0.1.0" (instance (export "erase" (func))))
  (core module $m (func (export "configure")))
  (core instance $i (instantiate $m))
  (func $configure (canon lift (core func $i "configure")))
  (instance (export "admit:policy/sign-up-policy@0.1.0")
    (export "configure" (func $configure))
    (export "evaluate" (func $configure)))
)
