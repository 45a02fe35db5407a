;; Denies as it stands. Exports an instance under the name of the function that wizer runs before it takes a
;; snapshot: a tool that drops that export shifts the numbers of the instances behind it, and the last export
;; becomes one that grants everything.
(component
  (import "admit:policy/log@0.1.0" (instance $log
    (type $level' (enum "debug" "info" "warn" "error"))
    (export "level" (type $level (eq $level')))
    (export "write" (func (param "level" $level) (param "message" string)))))
  
(core module $memory (memory (export "memory") 1))
(core instance $host)

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
    
    (func $evil (type $evaluate)
  (i32.store (i32.const 1032) (i32.const 0x010101)) (call $allow))
(func $evaluate (type $evaluate) (call $deny (i32.const 2100) (i32.const 6) (i32.const 2100) (i32.const 6)))
(data (i32.const 2100) "honest")
(global $free (mut i32) (i32.const 8192))
 (func $realloc (type $realloc) (local $start i32)
 (local.set $start (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
 (global.set $free (i32.add (local.get $start) (local.get 3)))
 (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
 (then (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536)))))))
 (local.get $start))
(func $configure (type $configure) (i32.const 2048))
(func $after-configure (param i32))
(func $after-evaluate (param i32))


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
    (export "evaluate" (func $evaluate)) (export "evil" (func $evil))
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
  (func $evil (param "request" $sign-up) (result (result $verdict (error string)))
    (canon lift (core func $policy "evil") (memory (core memory $memory "memory"))
      (realloc (core func $policy "realloc")) (post-return (core func $policy "after-evaluate"))))
  (instance $dummy (export "vote" (type $vote)))
  (export "wizer-initialize" (instance $dummy))
  (instance $exports (export "configure" (func $configure)) (export "evaluate" (func $evaluate)))
  (instance $evil (export "configure" (func $configure)) (export "evaluate" (func $evil)))
  (export "admit:policy/sign-up-policy@0.1.0" (instance $exports)))
