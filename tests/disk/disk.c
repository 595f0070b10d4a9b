/* A disk that tests can watch and spoil: loaded into the real server with LD_PRELOAD, between it and the C library.
 *
 * DISK_ROOT     only what lies below this folder is watched
 * DISK_LOG      where each change is written down, in order, with its data: what a power cut would leave is made of it (power_cut.py)
 * DISK_CONTROL  a file of 256 bytes, "OPERATION ERRNO PART\n": while it says so, that operation fails on paths that contain PART;
 *               "delay MS PART" makes syncs take so long. Tests change it while the server runs.
 *
 * A change and its line in the log are one step under a lock, so the log has the order in which the disk saw them. Maps are not watched: SQLite's shared
 * index is the only one, and it is made anew after a crash.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FD 8192
static char root[PATH_MAX];
static size_t root_len;
static int log_fd = -1;
static const volatile char *control;
static char *path_of[MAX_FD];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *of = getenv("DISK_ROOT"), *log = getenv("DISK_LOG"), *spoil = getenv("DISK_CONTROL");
    if (!of || strlen(of) >= sizeof root) return;
    strcpy(root, of);
    root_len = strlen(root);
    if (log) log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int fd = spoil ? open(spoil, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *map = mmap(NULL, 256, PROT_READ, MAP_SHARED, fd, 0);
        if (map != MAP_FAILED) control = map;
        close(fd);
    }
}

static int below(const char *path) { return root_len && strncmp(path, root, root_len) == 0 && (path[root_len] == '/' || path[root_len] == 0); }
static const char *known(int fd) { return fd >= 0 && fd < MAX_FD ? path_of[fd] : NULL; }

/* Whether this operation is to fail now; errno is set then. */
static int spoiled(const char *operation, const char *path) {
    char text[257], name[32], part[128];
    int number;
    if (!control || !path) return 0;
    memcpy(text, (const char *)control, 256);
    text[256] = 0;
    if (sscanf(text, "%31s %d %127s", name, &number, part) != 3 || !strstr(path, part)) return 0;
    if (strcmp(name, "delay") == 0 && strcmp(operation, "sync") == 0) {
        usleep(number * 1000);
        return 0;
    }
    if (strcmp(name, operation)) return 0;
    errno = number;
    return 1;
}

/* One entry: "kind length-of-text length-of-data text\n" and the data. */
static void note(char kind, const char *text, const void *data, size_t length) {
    if (log_fd < 0) return;
    char head[PATH_MAX * 2 + 64];
    int n = snprintf(head, sizeof head, "%c %zu %zu %s\n", kind, strlen(text), length, text);
    struct iovec parts[2] = {{head, (size_t)n}, {(void *)data, length}};
    static __typeof__(&writev) real;
    if (!real) real = (__typeof__(&writev))dlsym(RTLD_NEXT, "writev");
    if (real(log_fd, parts, length ? 2 : 1) < 0) abort();
}

static void noted_at(char kind, const char *path, off_t at, const void *data, size_t length) {
    char text[PATH_MAX + 32];
    snprintf(text, sizeof text, "%lld %s", (long long)at, path);
    note(kind, text, data, length);
}

static int opened(int fd, const char *path, int flags, int was_there) {
    if (fd < 0 || fd >= MAX_FD || !below(path)) return fd;
    free(path_of[fd]);
    path_of[fd] = strdup(path);
    if ((flags & O_CREAT) && !was_there) note('C', path, NULL, 0);
    else if (flags & O_TRUNC) noted_at('T', path, 0, NULL, 0);
    return fd;
}

#define OPEN(name)                                                                   \
    int name(const char *path, int flags, ...) {                                     \
        REAL(name);                                                                  \
        va_list more;                                                                \
        va_start(more, flags);                                                       \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;      \
        va_end(more);                                                                \
        if (!below(path)) return real(path, flags, mode);                            \
        if (spoiled("open", path)) return -1;                                        \
        pthread_mutex_lock(&lock);                                                   \
        int was_there = access(path, F_OK) == 0;                                     \
        int fd = opened(real(path, flags, mode), path, flags, was_there);            \
        pthread_mutex_unlock(&lock);                                                 \
        return fd;                                                                   \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                 \
    int name(int folder, const char *path, int flags, ...) {                         \
        REAL(name);                                                                  \
        va_list more;                                                                \
        va_start(more, flags);                                                       \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;      \
        va_end(more);                                                                \
        if (!below(path)) return real(folder, path, flags, mode);                    \
        if (spoiled("open", path)) return -1;                                        \
        pthread_mutex_lock(&lock);                                                   \
        int was_there = access(path, F_OK) == 0;                                     \
        int fd = opened(real(folder, path, flags, mode), path, flags, was_there);    \
        pthread_mutex_unlock(&lock);                                                 \
        return fd;                                                                   \
    }
OPENAT(openat)
OPENAT(openat64)

static int cloned(int fd, int copy) {
    if (copy >= 0 && copy < MAX_FD) {
        pthread_mutex_lock(&lock);
        free(path_of[copy]);
        path_of[copy] = known(fd) ? strdup(known(fd)) : NULL;
        pthread_mutex_unlock(&lock);
    }
    return copy;
}

#define FCNTL(name)                                                                  \
    int name(int fd, int command, ...) {                                             \
        REAL(name);                                                                  \
        va_list more;                                                                \
        va_start(more, command);                                                     \
        void *argument = va_arg(more, void *);                                       \
        va_end(more);                                                                \
        int done = real(fd, command, argument);                                      \
        return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? cloned(fd, done) : done; \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int dup(int fd) {
    REAL(dup);
    return cloned(fd, real(fd));
}

int close(int fd) {
    REAL(close);
    pthread_mutex_lock(&lock);
    if (known(fd)) {
        free(path_of[fd]);
        path_of[fd] = NULL;
    }
    int done = real(fd);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *data, size_t length) {
    REAL(write);
    if (!known(fd)) return real(fd, data, length);
    if (spoiled("write", known(fd))) return -1;
    pthread_mutex_lock(&lock);
    off_t at = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t done = real(fd, data, length);
    if (done > 0) noted_at('W', known(fd), at, data, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define PWRITE(name, offset)                                                         \
    ssize_t name(int fd, const void *data, size_t length, offset at) {               \
        REAL(name);                                                                  \
        if (!known(fd)) return real(fd, data, length, at);                           \
        if (spoiled("write", known(fd))) return -1;                                  \
        pthread_mutex_lock(&lock);                                                   \
        ssize_t done = real(fd, data, length, at);                                   \
        if (done > 0) noted_at('W', known(fd), at, data, (size_t)done);              \
        pthread_mutex_unlock(&lock);                                                 \
        return done;                                                                 \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int n) {
    REAL(writev);
    if (!known(fd)) return real(fd, parts, n);
    ssize_t all = 0;
    for (int i = 0; i < n; i++) {
        ssize_t done = write(fd, parts[i].iov_base, parts[i].iov_len);
        if (done < 0) return all ? all : -1;
        all += done;
        if ((size_t)done < parts[i].iov_len) break;
    }
    return all;
}

ssize_t read(int fd, void *into, size_t length) {
    REAL(read);
    return known(fd) && spoiled("read", known(fd)) ? -1 : real(fd, into, length);
}

#define PREAD(name, offset)                                                          \
    ssize_t name(int fd, void *into, size_t length, offset at) {                     \
        REAL(name);                                                                  \
        return known(fd) && spoiled("read", known(fd)) ? -1 : real(fd, into, length, at); \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define TRUNCATE(name, offset)                                                       \
    int name(int fd, offset length) {                                                \
        REAL(name);                                                                  \
        if (!known(fd)) return real(fd, length);                                     \
        if (spoiled("write", known(fd))) return -1;                                  \
        pthread_mutex_lock(&lock);                                                   \
        int done = real(fd, length);                                                 \
        if (done == 0) noted_at('T', known(fd), length, NULL, 0);                    \
        pthread_mutex_unlock(&lock);                                                 \
        return done;                                                                 \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                   \
    int name(int fd) {                                                               \
        REAL(name);                                                                  \
        if (!known(fd)) return real(fd);                                             \
        if (spoiled("sync", known(fd))) return -1;                                   \
        /* Tests judge what is on the log, not on their own disk. */                 \
        if (log_fd < 0) return real(fd);                                             \
        pthread_mutex_lock(&lock);                                                   \
        note('S', known(fd), NULL, 0);                                               \
        pthread_mutex_unlock(&lock);                                                 \
        return 0;                                                                    \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
    REAL(rename);
    if (!below(from)) return real(from, to);
    if (spoiled("rename", to)) return -1;
    char both[PATH_MAX * 2 + 2];
    snprintf(both, sizeof both, "%s\t%s", from, to);
    pthread_mutex_lock(&lock);
    int done = real(from, to);
    if (done == 0) note('R', both, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    REAL(unlink);
    if (!below(path)) return real(path);
    if (spoiled("unlink", path)) return -1;
    pthread_mutex_lock(&lock);
    int done = real(path);
    if (done == 0) note('U', path, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int link(const char *from, const char *to) {
    REAL(link);
    if (!below(from) || !below(to)) return real(from, to);
    char both[PATH_MAX * 2 + 2];
    snprintf(both, sizeof both, "%s\t%s", from, to);
    pthread_mutex_lock(&lock);
    int done = real(from, to);
    if (done == 0) note('L', both, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (!below(path)) return real(path, mode);
    if (spoiled("open", path)) return -1;
    pthread_mutex_lock(&lock);
    int done = real(path, mode);
    if (done == 0) note('D', path, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
