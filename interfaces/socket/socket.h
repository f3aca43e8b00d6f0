/*
 * socket: sockets, as a rump kernel's process sees them. Each client component is a process of its own, the same as
 * for the server's fs: files and sockets share a table of descriptors, fs_read, fs_write and fs_fstat take a socket
 * too, and fs_close and socket_close close either.
 *
 * Addresses and data travel through a session buffer of the calling thread's, named by socket_session first; a
 * buffer for fs is another one. An address is a struct socket_address at offset 0; an argument called off is the
 * offset of data, n their length in bytes. The structures, flags and options are those of socket_types.h.
 *
 * Results are 0 or more, or -errno of the rump kernel: POSIX's errors for each call. -EINVAL also for a bad offset
 * or length, a path that does not end, and a flag that is unknown; -EBADF also without a session.
 *
 * What blocks does so until it can go on, unless the socket is non-blocking or SOCKET_DONTWAIT is set: then it is -EAGAIN.
 *
 * Programs use the functions with POSIX-like arguments in socket_client.h, which are made of these.
 */
#ifndef SOCKET_SOCKET_H
#define SOCKET_SOCKET_H

#include <abi/types.h>

/* The name under which the component imports socket, for cos_provider. */
extern const char socket_import[];

/*
 * Binds a session buffer to the calling thread. session: from mem_session_open towards the provider of socket.
 * @blocks no
 * @repeat harmless
 * @creates session
 */
long socket_session(word_t session);

/*
 * A new socket. family: enum socket_family; type: enum socket_type; flags: SOCKET_NONBLOCK or 0. Result: descriptor;
 * -EAFNOSUPPORT, -EPROTOTYPE: the kernel has no such family, the family no such type.
 * @blocks no
 * @repeat opid
 * @creates fd
 */
long socket_open(word_t family, word_t type, word_t flags);

/*
 * Two local sockets that are connected with each other. Result: descriptor; second word: the other one.
 * @blocks no
 * @repeat opid
 * @creates fd
 */
long socket_pair(word_t family, word_t type, word_t flags, word_t *out_other);

/*
 * Gives the socket the address at offset 0. A local one's path is made in the file system, and stays there until it
 * is unlinked.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long socket_bind(word_t fd);

/*
 * The stream socket takes connections from now on. backlog: how many may wait to be accepted.
 * @blocks no
 * @repeat harmless
 * @uses fd fd
 */
long socket_listen(word_t fd, word_t backlog);

/*
 * Takes a connection that waits. flags: SOCKET_NONBLOCK or 0, for the new socket. Writes its peer's address at offset 0.
 * Result: the new socket's descriptor.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 * @creates fd
 */
long socket_accept(word_t fd, word_t flags);

/*
 * Connects to the address at offset 0. A datagram socket only remembers it; the family SOCKET_NONE makes it forget.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long socket_connect(word_t fd);

/*
 * Sends. flags: enum socket_message. With SOCKET_ADDRESS the datagram goes to the address at offset 0. Result: bytes
 * sent, for a stream perhaps fewer than n.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long socket_send(word_t fd, word_t off, word_t n, word_t flags);

/*
 * Receives to offset off. flags: enum socket_message. With SOCKET_ADDRESS the sender's address is written at offset
 * 0, after the data. Result: bytes; 0 at the end of a stream. What does not fit of a datagram is lost.
 * @blocks yes
 * @repeat opid
 * @uses fd fd
 */
long socket_receive(word_t fd, word_t off, word_t n, word_t flags);

/*
 * Ends one direction of a connection, or both. how: enum socket_how.
 * @blocks no
 * @repeat harmless
 * @uses fd fd
 */
long socket_shutdown(word_t fd, word_t how);

/*
 * Waits until one of n struct socket_poll, from offset 0, has an event that is asked for, and writes all of them back.
 * n: at most SOCKET_POLL_MAX. timeout: microseconds; 0 = only looks; SOCKET_FOREVER. A file is always ready.
 * Result: how many have events; 0 when the time is over.
 * @blocks yes
 * @repeat harmless
 */
long socket_poll(word_t n, word_t timeout);

/*
 * option: enum socket_option. Result: its value; -ENOPROTOOPT: the socket has no such option.
 * @blocks no
 * @repeat opid
 * @uses fd fd
 */
long socket_getopt(word_t fd, word_t option);

/*
 * @blocks no
 * @repeat harmless
 * @uses fd fd
 */
long socket_setopt(word_t fd, word_t option, word_t value);

/*
 * Write the socket's own address and its peer's at offset 0; an unnamed local socket's has an empty path.
 * @blocks no
 * @repeat harmless
 * @uses fd fd
 */
long socket_getname(word_t fd);

/*
 * @blocks no
 * @repeat harmless
 * @uses fd fd
 */
long socket_getpeer(word_t fd);

/*
 * @blocks yes
 * @repeat opid
 * @ends fd fd
 */
long socket_close(word_t fd);

/*
 * As fs_gone, for servers of sockets: a rump kernel ends all that a client has of it at the first of the two.
 * @blocks yes
 * @repeat harmless
 * @death
 */
long socket_gone(word_t comp);

#endif
