/*
 * mem: memory within the budget that the script gives. Provided by memmgr. Addresses are page-aligned, sizes are
 * in pages of 4 KiB; new memory is zero, readable and writable, never executable.
 */
#ifndef MEM_MEM_H
#define MEM_MEM_H

#include <abi/types.h>

/*
 * Maps new pages into the calling component, at adjacent addresses at or above HEAP_VA.
 * Result: 0; -ENOMEM the budget or the machine is used up; -EINVAL pages is 0 or too large.
 * @blocks no
 * @repeat opid
 * @creates pages
 */
long mem_alloc(word_t pages, word_t *out_va);

/*
 * As mem_alloc, and the frames are adjacent too, for devices. align: alignment of both addresses in pages, a power of two.
 * Also -EPERM: the script does not give the component dma.
 * @blocks no
 * @repeat opid
 * @creates pages
 */
long mem_alloc_contiguous(word_t pages, word_t align, word_t *out_va, word_t *out_phys);

/*
 * Where an address of the caller's lies in the machine's memory, for devices. Result: 0; -EPERM the script does not give the
 * component dma; -EINVAL nothing is mapped there.
 * @blocks no
 * @repeat harmless
 */
long mem_physical(word_t va, word_t *out_phys);

/*
 * Gives pages back: any run of pages that mem_alloc handed out. Result: 0; -EINVAL not all of them are the caller's.
 * @blocks no
 * @repeat harmless
 * @ends pages va
 */
long mem_free(word_t va, word_t pages);

/*
 * Opens a session buffer between the calling component and a server: memory that both see. It is charged to the caller
 * and lives until both sides have closed it. server: its component id (cos_provider("NAME")).
 * Result: session id; -ENOMEM; -EINVAL no such component, or pages is 0 or above 4096.
 * @blocks no
 * @repeat opid
 * @creates session
 */
long mem_session_open(word_t server, word_t pages, word_t *out_va);

/*
 * The server's side: maps a session buffer that client opened towards the calling component.
 * Result: its number of pages; -ENOENT no such session between these two; -EBUSY mapped already; -ENOMEM.
 * @blocks no
 * @repeat harmless
 * @uses session id
 */
long mem_session_accept(word_t id, word_t client, word_t *out_va);

/*
 * Unmaps the calling component's side. Result: 0; -ENOENT.
 * @blocks no
 * @repeat harmless
 * @ends session id
 */
long mem_session_close(word_t id);

/*
 * The calling component's use of memory. Result: pages in use; second word: pages it may have.
 * @blocks no
 * @repeat harmless
 */
long mem_usage(word_t *out_limit);

/*
 * The same of any component, for whoever wants to look. comp: component id; third word: the most that it ever used.
 * -EINVAL no such component.
 * @blocks no
 * @repeat harmless
 */
long mem_usage_of(word_t comp, word_t *out_limit, word_t *out_most);

/*
 * The machine's memory, in pages. Result: what memmgr has left to give; second word: what user memory takes, programs,
 * stacks and the boot image's files included; third: what kernel objects and page tables take.
 * @blocks no
 * @repeat harmless
 */
long mem_machine(word_t *out_user, word_t *out_kernel);

/*
 * A component has died: its side of every session buffer is closed. What memory it has stays as it is. Only the booter may
 * (-EPERM). comp: its component id; -EINVAL: there is none.
 * @blocks no
 * @repeat harmless
 * @death
 */
long mem_gone(word_t comp);

#endif
