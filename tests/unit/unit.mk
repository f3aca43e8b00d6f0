# What the Makefiles of the components' tests share. They say NAME, SOURCES and TESTS; the headers of components/lib come as bare.py makes them.
SANITIZE ?= address,undefined
TOP   := ../../..
OUT   := $(TOP)/build/unit/$(NAME)
BARE  := $(addprefix $(OUT)/lib/,kcall.h component.h)
FLAGS := -std=gnu17 -O1 -g -Wall -Wextra -Werror -fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
         -I. -I.. -I$(OUT) -I$(TOP)/components/$(NAME) -I$(TOP)/kernel -I$(TOP)/interfaces -I$(TOP)/components

check: $(OUT)/test
	$<

$(OUT)/lib/%.h: $(TOP)/components/lib/%.h ../bare.py
	@mkdir -p $(OUT)/lib
	@python3 -B ../bare.py $< $@

$(OUT)/test: $(TESTS) $(SOURCES) $(BARE) ../test.h ../unit.mk Makefile $(wildcard $(TOP)/components/$(NAME)/*.h $(TOP)/interfaces/*/*.h *.h)
	$(CC) $(FLAGS) $(MORE) -o $@ $(TESTS) $(SOURCES)

.PHONY: check
