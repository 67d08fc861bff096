/* Preloaded into the program, and into all that it starts: counts the calls of each kind that each of them makes
 * on the files of one folder, and lets a chosen one fail, once or from then on, or ends the process there.
 *
 * What is to happen is in the environment: CALLS_ROOT is the folder, CALLS_KEY the key of a piece of shared memory
 * (no sandbox keeps anyone from it) with the counts. CALLS_PLAN is "PROGRAM KIND NUMBER ERRNO HOW", where HOW is
 * once, ever or kill; without it calls are only counted. The environment is handed on to every child, for the
 * program gives its children one of their own. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN_W, OPEN_R, READ, WRITE, FSYNC, RENAME, UNLINK, MKDIR, TRUNCATE, CHMOD, STAT, OPENDIR, FLOCK, CONNECT, SEND, RECV, KINDS };
static const char *const kinds[KINDS] = {"open_w", "open_r", "read", "write", "fsync", "rename", "unlink", "mkdir",
    "truncate", "chmod", "stat", "opendir", "flock", "connect", "send", "recv"};
enum { OURS, DUPLICITY, RSYNC, GPG, PROGRAMS };
static const char *const programs[PROGRAMS] = {"secretsbackup", "duplicity", "rsync", "gpg"};

static int *counts; /* [PROGRAMS][KINDS], and behind them how often something failed */
static int self = -1, victim = -1, kind_chosen = -1, number_chosen, error_chosen;
static char how = 'o', root[4096], passed[5][8192];
static __thread int within;

static const char *base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void who_am_i(void) {
    char line[16384];
    int file = syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY);
    long size = file < 0 ? 0 : syscall(SYS_read, file, line, sizeof line - 1);
    if (file >= 0) syscall(SYS_close, file);
    if (size <= 0) return;
    line[size] = 0;
    const char *name = base(line);
    if (!strcmp(name, "rsync")) self = RSYNC;
    else if (!strcmp(name, "gpg") || !strcmp(name, "gpg2")) self = GPG;
    else if (!strncmp(name, "python", 6) || !strcmp(name, "secretsbackup"))
        for (char *word = line; word < line + size && self < 0; word += strlen(word) + 1) {
            if (word > line + 400) break;
            if (!strcmp(base(word), "duplicity")) self = DUPLICITY;
            else if (!strcmp(base(word), "secretsbackup")) self = OURS;
        }
}

__attribute__((constructor)) static void begin(void) {
    const char *key = getenv("CALLS_KEY"), *folder = getenv("CALLS_ROOT"), *plan = getenv("CALLS_PLAN");
    static const char *const names[] = {"LD_PRELOAD", "CALLS_KEY", "CALLS_ROOT", "CALLS_PLAN"};
    if (!key || !folder) return;
    for (int i = 0; i < 4; i++)
        if (getenv(names[i])) snprintf(passed[i], sizeof passed[i], "%s=%s", names[i], getenv(names[i]));
    snprintf(root, sizeof root, "%s", folder);
    int id = shmget(atoi(key), (PROGRAMS * KINDS + 1) * sizeof(int), 0600);
    void *memory = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
    if (memory == (void *)-1) return;
    counts = memory;
    who_am_i();
    char program[64], kind[64], way[16];
    if (plan && sscanf(plan, "%63s %63s %d %d %15s", program, kind, &number_chosen, &error_chosen, way) == 5) {
        for (int i = 0; i < PROGRAMS; i++) if (!strcmp(program, programs[i])) victim = i;
        for (int i = 0; i < KINDS; i++) if (!strcmp(kind, kinds[i])) kind_chosen = i;
        how = way[0];
    }
}

/* Whether this call is the one: then errno is set. */
static int fails(int kind) {
    if (!counts || self < 0) return 0;
    int number = __atomic_add_fetch(&counts[self * KINDS + kind], 1, __ATOMIC_SEQ_CST);
    if (self != victim || kind != kind_chosen) return 0;
    if (how == 'e' ? number < number_chosen : number != number_chosen) return 0;
    __atomic_add_fetch(&counts[PROGRAMS * KINDS], 1, __ATOMIC_SEQ_CST);
    if (how == 'k') {
        syscall(SYS_kill, getpid(), SIGKILL);
        for (;;) pause();
    }
    errno = error_chosen;
    return 1;
}

static int below(const char *path) {
    size_t length = strlen(root);
    return !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

static int ours(int folder, const char *path) {
    char whole[8192];
    if (!counts || self < 0 || within || !path) return 0;
    if (*path == '/') return below(path);
    within = 1;
    char link[64];
    long size;
    if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    size = syscall(SYS_readlinkat, AT_FDCWD, link, whole, sizeof whole - 1);
    within = 0;
    if (size < 0) return 0;
    whole[size] = 0;
    return below(whole);
}

static int our_file(int file) {
    char link[64], whole[8192];
    if (!counts || self < 0 || within) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int before = errno;
    long size = syscall(SYS_readlinkat, AT_FDCWD, link, whole, sizeof whole - 1);
    errno = before;
    if (size < 0) return 0;
    whole[size] = 0;
    return below(whole);
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPENS(name, first, call, folder) \
    int name(first const char *path, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = va_arg(more, mode_t); \
        va_end(more); \
        REAL(name); \
        int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT); \
        if (ours(folder, path) && fails(writes ? OPEN_W : OPEN_R)) return -1; \
        return real call; \
    }
#define NOTHING
#define FOLDER int folder,
OPENS(open, NOTHING, (path, flags, mode), AT_FDCWD)
OPENS(open64, NOTHING, (path, flags, mode), AT_FDCWD)
OPENS(openat, FOLDER, (folder, path, flags, mode), folder)
OPENS(openat64, FOLDER, (folder, path, flags, mode), folder)

#define ON_FILE(type, name, kind, words, call, file) \
    type name words { \
        REAL(name); \
        if (our_file(file) && fails(kind)) return -1; \
        return real call; \
    }
ON_FILE(ssize_t, read, READ, (int f, void *b, size_t n), (f, b, n), f)
ON_FILE(ssize_t, pread64, READ, (int f, void *b, size_t n, off64_t o), (f, b, n, o), f)
ON_FILE(ssize_t, write, WRITE, (int f, const void *b, size_t n), (f, b, n), f)
ON_FILE(ssize_t, pwrite64, WRITE, (int f, const void *b, size_t n, off64_t o), (f, b, n, o), f)
ON_FILE(ssize_t, writev, WRITE, (int f, const struct iovec *v, int n), (f, v, n), f)
ON_FILE(int, fsync, FSYNC, (int f), (f), f)
ON_FILE(int, fdatasync, FSYNC, (int f), (f), f)
ON_FILE(int, ftruncate, TRUNCATE, (int f, off_t n), (f, n), f)
ON_FILE(int, ftruncate64, TRUNCATE, (int f, off64_t n), (f, n), f)
ON_FILE(int, fchmod, CHMOD, (int f, mode_t m), (f, m), f)
ON_FILE(int, flock, FLOCK, (int f, int o), (f, o), f)
ON_FILE(int, fstat64, STAT, (int f, struct stat64 *s), (f, s), f)

#define ON_PATH(name, kind, words, call, folder, path) \
    int name words { \
        REAL(name); \
        if (ours(folder, path) && fails(kind)) return -1; \
        return real call; \
    }
ON_PATH(rename, RENAME, (const char *a, const char *b), (a, b), AT_FDCWD, b)
ON_PATH(renameat, RENAME, (int d, const char *a, int e, const char *b), (d, a, e, b), e, b)
ON_PATH(unlink, UNLINK, (const char *a), (a), AT_FDCWD, a)
ON_PATH(unlinkat, UNLINK, (int d, const char *a, int f), (d, a, f), d, a)
ON_PATH(rmdir, UNLINK, (const char *a), (a), AT_FDCWD, a)
ON_PATH(mkdir, MKDIR, (const char *a, mode_t m), (a, m), AT_FDCWD, a)
ON_PATH(mkdirat, MKDIR, (int d, const char *a, mode_t m), (d, a, m), d, a)
ON_PATH(chmod, CHMOD, (const char *a, mode_t m), (a, m), AT_FDCWD, a)
ON_PATH(fchmodat, CHMOD, (int d, const char *a, mode_t m, int f), (d, a, m, f), d, a)
ON_PATH(utimensat, CHMOD, (int d, const char *a, const struct timespec t[2], int f), (d, a, t, f), d, a)
ON_PATH(stat64, STAT, (const char *a, struct stat64 *s), (a, s), AT_FDCWD, a)
ON_PATH(lstat64, STAT, (const char *a, struct stat64 *s), (a, s), AT_FDCWD, a)
ON_PATH(fstatat64, STAT, (int d, const char *a, struct stat64 *s, int f), (d, a, s, f), d, a)

DIR *opendir(const char *path) {
    REAL(opendir);
    if (ours(AT_FDCWD, path) && fails(OPENDIR)) return NULL;
    return real(path);
}

/* Of sockets, gpg's to its agent. */
#define ON_SOCKET(type, name, kind, words, call) \
    type name words { \
        REAL(name); \
        if (counts && self == GPG && fails(kind)) return -1; \
        return real call; \
    }
ON_SOCKET(int, connect, CONNECT, (int s, __CONST_SOCKADDR_ARG a, socklen_t n), (s, a, n))
ON_SOCKET(ssize_t, send, SEND, (int s, const void *b, size_t n, int f), (s, b, n, f))
ON_SOCKET(ssize_t, sendmsg, SEND, (int s, const struct msghdr *m, int f), (s, m, f))
ON_SOCKET(ssize_t, recv, RECV, (int s, void *b, size_t n, int f), (s, b, n, f))
ON_SOCKET(ssize_t, recvmsg, RECV, (int s, struct msghdr *m, int f), (s, m, f))

int execve(const char *path, char *const words[], char *const given[]) {
    REAL(execve);
    char *all[1024];
    int count = 0;
    for (int i = 0; i < 4; i++) if (counts && *passed[i]) all[count++] = passed[i];
    for (int i = 0; given && given[i] && count < 1023; i++)
        if (!counts || (strncmp(given[i], "LD_PRELOAD=", 11) && strncmp(given[i], "CALLS_", 6)))
            all[count++] = given[i];
    all[count] = NULL;
    return real(path, words, all);
}
