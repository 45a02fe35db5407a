# The flags and sources of a native test; `SDK` names the folder of the SDK.
ADMIT_CFLAGS = -std=c11 -g -Wall -Wextra -Werror -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -I$(SDK)/include -I$(SDK)/native

# All but what there is only in the sandbox: `component.c`, `libc.c`, `log.c`, `memory.c` and the
# generated `policy.c`.
ADMIT_SOURCES = $(addprefix $(SDK)/,src/arena.c src/json.c src/json_text.c src/sign_up.c \
	src/text.c src/verdict.c native/host.c native/memory.c native/trial.c)

# What a policy with facts needs in addition.
ADMIT_FACTS_CFLAGS = -DADMIT_FACTS
ADMIT_FACTS_SOURCES = $(addprefix $(SDK)/,src/facts/facts.c src/facts/link.c src/facts/user.c \
	native/facts.c)

# Whether the `policy.toml` in a folder requests facts: not empty if it does.
admit_has_facts = $(shell grep -sE '^[[:space:]]*(\[facts\]|facts[[:space:]]*[.=])' $(1)/policy.toml)

ifneq ($(call admit_has_facts,.),)
ADMIT_CFLAGS += $(ADMIT_FACTS_CFLAGS)
ADMIT_SOURCES += $(ADMIT_FACTS_SOURCES)
endif

ADMIT_HEADERS = $(wildcard $(SDK)/include/*.h $(SDK)/native/*.h $(SDK)/src/*.h)
