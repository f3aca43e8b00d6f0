# The whole project on one page. runscripts/run builds what it needs by itself; this is for whoever wants a part of it.
#
#   make             the kernel, and the default system composed
#   make test        every test (tests/run)
#   make iso SYS=x   a GRUB image of a system: build/x/x.iso
#   make gdb SYS=x   boot a system and attach gdb to it
#   make size        how large things are
#   make clean       forget all that was built

SYS   ?= fs-ramdisk
BUILD := build/$(SYS)

all:
	runscripts/run --compose $(SYS)

kernel:
	@$(MAKE) --no-print-directory -s -C kernel

test:
	tests/run

iso:
	runscripts/run --compose --grub $(SYS)

# gdb waits for the machine, which waits for gdb. All components' symbols: add-symbol-file build/SYS/COMPONENT.elf
gdb:
	@command -v gdb >/dev/null || { echo "make gdb: gdb is not installed (Debian package gdb)" >&2; exit 1; }
	runscripts/run --gdb $(SYS) & \
	gdb -q -ex 'set tcp connect-timeout 60' -ex 'target remote :1234' build/kernel/kernel.elf; \
	kill $$! 2>/dev/null || true

size:
	@$(MAKE) --no-print-directory -s -C kernel size
	@for c in $$(find components -name component.toml | sort); do d=$${c%/*}; \
		echo "SIZE $$d $$(find $$d -name '*.[chS]' | xargs cat | wc -l) lines"; done
	@if [ -f build/kernel/kernel.elf ]; then size build/kernel/kernel.elf $(wildcard $(BUILD)/*.elf); fi

clean:
	rm -rf build

.PHONY: all kernel test iso gdb size clean
