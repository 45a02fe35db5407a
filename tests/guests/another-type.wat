;; The right name with another type: `configure` takes no settings.
(component
  (core module $m (func (export "configure")))
  (core instance $i (instantiate $m))
  (func $configure (canon lift (core func $i "configure")))
  (instance (export "admit:policy/sign-up-policy@0.1.0")
    (export "configure" (func $configure))
    (export "evaluate" (func $configure)))
)
