/* Preloaded into a watched run: notes and refuses what native code of a package tries to reach outside. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(const char *what) {
    const char *log = getenv("WATCH_LOG");
    int file = log ? open(log, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (file < 0) return;
    dprintf(file, "[\"native\", \"%s\"]\n", what);
    close(file);
}

static int leads_out(const struct sockaddr *to) {
    if (!to) return 0;
    if (to->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr) >> 24) != 127;
    if (to->sa_family == AF_INET6)
        return !IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)to)->sin6_addr);
    return 0;
}

int connect(int socket, const struct sockaddr *to, socklen_t size) {
    if (leads_out(to)) { note("connect"); errno = EACCES; return -1; }
    return ((int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect"))(socket, to, size);
}

ssize_t sendto(int socket, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    if (leads_out(to)) { note("sendto"); errno = EACCES; return -1; }
    return ((ssize_t (*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))
            dlsym(RTLD_NEXT, "sendto"))(socket, data, length, flags, to, size);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    if (name && strcmp(name, "localhost") && strncmp(name, "127.", 4) && strcmp(name, "::1")) {
        note("getaddrinfo");
        return EAI_FAIL;
    }
    return ((int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
            dlsym(RTLD_NEXT, "getaddrinfo"))(name, service, hints, found);
}
