;; A policy that abstains, but for what a guest puts into it. See frame.rs.
(component
  (import "admit:policy/log@0.1.0" (instance $log
    (type $level' (enum "debug" "info" "warn" "error"))
    (export "level" (type $level (eq $level')))
    (export "write" (func (param "level" $level) (param "message" string)))))
  ;; COMPONENT
  (core instance $memory (instantiate $memory))
  (core func $write (canon lower (func $log "write") (memory (core memory $memory "memory"))))

  (core module $policy
    (type $realloc (func (param i32 i32 i32 i32) (result i32)))
    (type $configure (func (param i32 i32) (result i32)))
    (type $evaluate (func
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "memory" "memory" (memory 0))
    ;; A note: level, text, length.
    (import "log" "write" (func $write (param i32 i32 i32)))
    ;; IMPORTS
    ;; CORE

    (func $forever (loop $again (br $again)))
    ;; The verdict at 1024: the votes are the three bytes at 1032.
    (func $allow (result i32) (i32.const 1024))
    (func $deny (param $code i32) (param $code-length i32) (param $text i32) (param $length i32)
      (result i32)
      (i32.store8 (i32.const 1028) (i32.const 1))
      (i32.store (i32.const 1032) (local.get $code))
      (i32.store (i32.const 1036) (local.get $code-length))
      (i32.store (i32.const 1040) (local.get $text))
      (i32.store (i32.const 1044) (local.get $length))
      (i32.const 1024))
    ;; An `Err` of `configure` and `evaluate` alike.
    (func $error (param $text i32) (param $length i32) (result i32)
      (i32.store8 (i32.const 1024) (i32.const 1))
      (i32.store (i32.const 1028) (local.get $text))
      (i32.store (i32.const 1032) (local.get $length))
      (i32.const 1024))

    (export "realloc" (func $realloc))
    (export "configure" (func $configure))
    (export "evaluate" (func $evaluate))
    (export "after-configure" (func $after-configure))
    (export "after-evaluate" (func $after-evaluate)))

  (core instance $policy (instantiate $policy
    (with "memory" (instance $memory))
    (with "log" (instance (export "write" (func $write))))
    (with "host" (instance $host))))

  (type $vote' (enum "abstain" "grant" "withhold"))
  (export $vote "vote" (type $vote'))
  (type $ballot'
    (record (field "confirm" $vote) (field "verify-email" $vote) (field "verify-phone" $vote)))
  (export $ballot "ballot" (type $ballot'))
  (type $denial' (record (field "code" string) (field "message" string)))
  (export $denial "denial" (type $denial'))
  (type $verdict' (variant (case "allow" $ballot) (case "deny" $denial)))
  (export $verdict "verdict" (type $verdict'))
  (type $entries (list (tuple string string)))
  (type $sign-up' (record
    (field "trigger-source" string)
    (field "region" string)
    (field "user-pool-id" string)
    (field "client-id" string)
    (field "user-name" string)
    (field "user-attributes" $entries)
    (field "validation-data" $entries)
    (field "client-metadata" $entries)))
  (export $sign-up "sign-up" (type $sign-up'))

  (func $configure (param "settings" string) (result (result (error string)))
    (canon lift (core func $policy "configure") (memory (core memory $memory "memory"))
      (realloc (core func $policy "realloc")) (post-return (core func $policy "after-configure"))))
  (func $evaluate (param "request" $sign-up) (result (result $verdict (error string)))
    (canon lift (core func $policy "evaluate") (memory (core memory $memory "memory"))
      (realloc (core func $policy "realloc")) (post-return (core func $policy "after-evaluate"))))
  (instance $exports (export "configure" (func $configure)) (export "evaluate" (func $evaluate)))
  (export "admit:policy/sign-up-policy@0.1.0" (instance $exports)))
