/* Lets one call of the system fail, or kills the process at it, for tests of what is written to the
   disk; the store makes its calls in C++. Only calls below the folder FAIL_BELOW count, and FAIL_AT
   is the number of the one that fails, from 1, with the error FAIL_ERROR, 0 for a kill. FAIL_LOG
   names a file for all that count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long at = -1, seen;
static int error;
static const char *below, *record;

__attribute__((constructor)) static void read_settings(void) {
    below = getenv("FAIL_BELOW");
    record = getenv("FAIL_LOG");
    if (getenv("FAIL_AT")) at = atol(getenv("FAIL_AT"));
    if (getenv("FAIL_ERROR")) error = atoi(getenv("FAIL_ERROR"));
}

/* For a process that forks: which call of this one fails. */
void fail_at(long number, int with) { at = number; error = with; seen = 0; }

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

static int real_open(const char *path, int flags, mode_t mode) {
    static int (*real)(const char *, int, ...);
    if (!real) real = dlsym(RTLD_NEXT, "open");
    return real(path, flags, mode);
}

static int fails(const char *what, const char *path) {
    if (!below || !strstr(path, below)) return 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (record) {
        static ssize_t (*real)(int, const void *, size_t);
        if (!real) real = dlsym(RTLD_NEXT, "write");
        char line[8192];
        int length = snprintf(line, sizeof line, "%s %s\n", what, path);
        int file = real_open(record, O_WRONLY | O_APPEND | O_CREAT, 0600);
        real(file, line, length);
        close(file);
    }
    if (number != at) return 0;
    if (error) { errno = error; return 1; }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int file_fails(const char *what, int file) {
    char link[64], path[4097];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return fails(what, path);
}

ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    return file_fails("write", file) ? -1 : real(file, data, size);
}
ssize_t pwrite(int file, const void *data, size_t size, off_t where) {
    REAL(pwrite);
    return file_fails("write", file) ? -1 : real(file, data, size, where);
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t where) {
    REAL(pwrite64);
    return file_fails("write", file) ? -1 : real(file, data, size, where);
}
int fsync(int file) { REAL(fsync); return file_fails("fsync", file) ? -1 : real(file); }
int fdatasync(int file) { REAL(fdatasync); return file_fails("fsync", file) ? -1 : real(file); }
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return fails("mkdir", path) ? -1 : real(path, mode);
}
int symlink(const char *target, const char *path) {
    REAL(symlink);
    return fails("symlink", path) ? -1 : real(target, path);
}
int rename(const char *from, const char *to) {
    REAL(rename);
    return fails("rename", to) ? -1 : real(from, to);
}
#define OPEN(name)                                                      \
    int name(const char *path, int flags, ...) {                        \
        mode_t mode = 0;                                                \
        if (flags & O_CREAT) {                                          \
            va_list rest;                                               \
            va_start(rest, flags);                                      \
            mode = va_arg(rest, mode_t);                                \
            va_end(rest);                                               \
            if (fails("create", path)) return -1;                       \
        }                                                               \
        return real_open(path, flags, mode);                            \
    }
OPEN(open)
OPEN(open64)
