# The flags and sources of a native test; `SDK` names the folder of the SDK.
ADMIT_CFLAGS = -std=c11 -g -Wall -Wextra -Werror -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -I$(SDK)/include -I$(SDK)/native

# All but what there is only in the sandbox: `component.c`, `libc.c`, `log.c`, `memory.c` and the
# generated `policy.c`.
ADMIT_SOURCES = $(addprefix $(SDK)/,src/arena.c src/json.c src/json_text.c src/sign_up.c \
	src/text.c src/verdict.c native/host.c native/memory.c native/trial.c)

ADMIT_HEADERS = $(wildcard $(SDK)/include/*.h $(SDK)/native/*.h $(SDK)/src/*.h)
