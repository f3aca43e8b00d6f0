/*
 * From the loader to 64-bit C. Two ways in, both in 32-bit protected mode without paging, ebx = the loader's information:
 * Multiboot2 (GRUB; Multiboot2 specification 2.0) and PVH (QEMU's -kernel; Xen's x86/HVM direct boot ABI).
 * The first 4 GiB are mapped with 2 MiB pages at 0, at PHYSMAP and (1 GiB) at KERNEL_VA; paging.c replaces that.
 */
#define MB2_MAGIC 0xe85250d6
#define MB2_LENGTH (multiboot_end - multiboot_start)
#define PTE_P 1
#define PTE_W 2
#define PTE_PS 128

	.section .multiboot, "a"
	.balign	8
multiboot_start:
	.long	MB2_MAGIC, 0, MB2_LENGTH, -(MB2_MAGIC + MB2_LENGTH)
	.balign	8
	.short	6, 0			/* modules page-aligned */
	.long	8
	.balign	8
	.short	3, 0			/* entry address */
	.long	12, multiboot_entry
	.balign	8
	.short	0, 0
	.long	8
multiboot_end:

	.section .note.pvh, "a", @note
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	pvh_start

	.section .boot, "ax"
	.code32
	.globl	pvh_start
pvh_start:
	movl	$0, %ebp
	jmp	start
multiboot_entry:
	movl	$1, %ebp
start:
	cli
	cld

	/* Is there a long mode at all? */
	movl	$0x80000001, %eax
	movl	%ebx, %esi
	cpuid
	testl	$(1 << 29), %edx
	jz	no_long_mode

	movl	%cr4, %eax
	orl	$(1 << 5), %eax		/* PAE */
	movl	%eax, %cr4
	movl	$boot_pml4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER: long mode */
	rdmsr
	orl	$(1 << 8), %eax
	wrmsr
	movl	%cr0, %eax
	orl	$(1 << 31 | 1 << 16), %eax	/* paging, write protection in the kernel too */
	andl	$~(1 << 2), %eax		/* no emulation */
	orl	$(1 << 1 | 1 << 5), %eax	/* x87: WAIT traps too; exceptions are exceptions, not interrupts */
	movl	%eax, %cr0
	lgdt	boot_gdt_pointer
	ljmp	$8, $start64

no_long_mode:
	movl	$no_long_mode_text, %esi
	movl	$0x3f8, %edx
	movl	$(boot_gdt - no_long_mode_text), %ecx
	rep outsb
	movb	$0x7e, %al		/* as hal_halt() does */
	movl	$0xf4, %edx
	outb	%al, %dx
1:	hlt
	jmp	1b

	.code64
start64:
	xorl	%eax, %eax
	.irp	segment, ds, es, ss, fs, gs
	movl	%eax, %\segment
	.endr
	movabsq	$kstack_end, %rsp
	movl	%ebp, %edi
	movl	%esi, %esi		/* upper half: undefined after the change of mode */
	movabsq	$start_high, %rax
	jmp	*%rax

	.balign	8
no_long_mode_text:
	.ascii	"rump2cos needs a 64-bit processor.\r\n"
boot_gdt:
	.quad	0, 0x00209a0000000000
boot_gdt_pointer:
	.short	15
	.long	boot_gdt

	.balign	4096
boot_pml4:
	.quad	boot_pdpt + PTE_P + PTE_W
	.fill	255, 8
	.quad	boot_pdpt + PTE_P + PTE_W
	.fill	254, 8
	.quad	boot_pdpt_kernel + PTE_P + PTE_W
boot_pdpt:
	.irp	i, 0, 1, 2, 3
	.quad	boot_pd + \i * 4096 + PTE_P + PTE_W
	.endr
	.fill	508, 8
boot_pdpt_kernel:
	.fill	510, 8
	.quad	boot_pd + PTE_P + PTE_W, 0
	.set	i, 0
boot_pd:
	.rept	2048
	.quad	i * 0x200000 + PTE_P + PTE_W + PTE_PS
	.set	i, i + 1
	.endr

	.text
start_high:				/* arch_main takes the low mapping away */
	call	arch_main
	jmp	resume

	.bss
	.balign	4096
	.globl	kstack_end, kstack_guard
kstack_guard:				/* paging.c does not map it */
	.fill	4096
	.fill	16384
kstack_end:

	.section .note.GNU-stack, "", @progbits
