/*
 * The types that the kernel and user level share. Nothing in kernel/abi includes
 * anything outside kernel/abi, so that any compiler and any component can use it.
 */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

typedef unsigned char      u8;
typedef unsigned short     u16;
typedef unsigned int       u32;
typedef unsigned long      u64;
typedef signed int         s32;
typedef signed long        s64;
typedef unsigned long      word_t;   /* one register */
typedef u64                cycles_t; /* time-stamp counter ticks */
typedef u32                slot_t;   /* index into a capability table */
typedef u32                thdid_t;  /* chosen by a thread's creator, delivered by the kernel */

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096UL

#define CYCLES_INF (~0UL) /* a tcap that never runs out; a timeout that never passes */

#endif
