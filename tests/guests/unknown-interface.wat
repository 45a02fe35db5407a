;; Imports an interface that nobody knows.
(component (import "acme:keys/pool@1.0.0" (instance (export "list-users" (func)))))
