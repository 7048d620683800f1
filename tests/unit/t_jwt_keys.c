/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwt_keys.c - signing keys that come, sign, retire and go, under a signer and a verifier that
 * are never told; and writers that are killed before each change of theirs.
 *
 * Time passes by renaming: the time in a kid is when its key was made. */
#include "t.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/json.h"
#include "web/jwt.h"
#include "web/jwt_keys.h"

enum { NOW = 1000, SECOND_US = 1100 * 1000, CALLS_MAX = 500 };

static const char claims[] =
    "{\"iss\":\"http://auth.test\",\"sub\":\"u1\",\"exp\":2000,\"aud\":\"chulcheck\"}";

struct fixture {
	char folder[64], keys[96], jwks[96];
	struct arena a;
	struct jwt_signer *signer;
	struct jwt_verifier *verifier;
	int64_t now_s;           /* one more at each look, so that the verifier looks too */
};

static const char *
kid_at(struct fixture *f, size_t i)
{
	struct jwt_keys k = { .n = 0 };
	const char *kid = "";

	CHECK(jwt_keys_read(&k, f->keys, NULL) == RC_OK && i < k.n);
	if (i < k.n)
		kid = arena_str(&f->a, k.key[i].kid);
	jwt_keys_free(&k);
	return kid;
}

static size_t
count(struct fixture *f)
{
	struct jwt_keys k = { .n = 0 };
	size_t n;

	CHECK(jwt_keys_read(&k, f->keys, NULL) == RC_OK);
	n = k.n;
	jwt_keys_free(&k);
	return n;
}

/* The same key under a kid that says when it was made. Returns that kid. */
static const char *
age(struct fixture *f, const char *kid, const char *time)
{
	const char *aged = arena_fmt(&f->a, "%s-%s", time, kid + 15);

	CHECK(rename(arena_fmt(&f->a, "%s/%s.pem", f->keys, kid),
	    arena_fmt(&f->a, "%s/%s.pem", f->keys, aged)) == 0);
	return aged;
}

/* Which key signs: the kid in a new token. */
static const char *
sign(struct fixture *f, const char **ret_token)
{
	struct json *header = NULL;
	uint8_t *raw = NULL;
	size_t len = 0;

	CHECK(jwt_sign(f->signer, &f->a, "at+jwt", claims, ret_token) == RC_OK);
	CHECK(base64url_decode(&f->a, *ret_token, (size_t)(strchr(*ret_token, '.') - *ret_token), &raw,
	    &len) && json_parse(&f->a, (const char *)raw, len, &header) == RC_OK);
	return header == NULL ? "" : json_text(header, "kid");
}

static enum rc
check(struct fixture *f, const char *token)
{
	struct identity who;

	return jwt_access(f->verifier, &f->a, token, f->now_s++, &who);
}

static void *
many(void *arg)
{
	struct jwt_verifier *v = ((void **)arg)[0];
	const char *token = ((void **)arg)[1];
	struct identity who;
	intptr_t wrong = 0;
	struct arena a;
	int i;

	arena_init(&a, 1 << 20);
	for (i = 0; i < 2000; i++) {
		wrong += jwt_access(v, &a, token, NOW + i / 100, &who) != RC_OK || strcmp(who.subject, "u1") != 0;
		arena_reset(&a);
	}
	arena_free(&a);
	return (void *)wrong;
}

static void
open_all(struct fixture *f)
{
	const char *error = "";

	snprintf(f->folder, sizeof(f->folder), "/tmp/t_jwt_keys.XXXXXX");
	CHECK(mkdtemp(f->folder) != NULL);
	snprintf(f->keys, sizeof(f->keys), "%s/keys", f->folder);
	snprintf(f->jwks, sizeof(f->jwks), "%s/jwks.json", f->folder);
	arena_init(&f->a, 64 << 20);
	CHECK(jwt_keys_create(f->keys, f->jwks, &error) == RC_OK);
	CHECK(jwt_keys_create(f->keys, f->jwks, &error) == RC_OK && count(f) == 1);
	CHECK(jwt_signer_open(&f->signer, f->keys, &error) == RC_OK);
	CHECK(jwt_verifier_open(&f->verifier, f->jwks, "http://auth.test", "chulcheck", &error) == RC_OK);
}

/* Published first, signing later; the key before it retires and goes. */
static void
rotation(struct fixture *f)
{
	const char *error = "", *first = kid_at(f, 0), *second, *old, *new;
	pthread_t threads[4];
	void *wrong, *arg[2];
	size_t i;

	CHECK(strcmp(sign(f, &old), first) == 0 && check(f, old) == RC_OK);
	arg[0] = f->verifier;
	arg[1] = (void *)(uintptr_t)old;
	for (i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL, many, arg) == 0);
	CHECK(jwt_keys_remove(f->keys, f->jwks, first, &error) == RC_CONFLICT && count(f) == 1);
	usleep(SECOND_US);               /* names sort by the second */
	CHECK(jwt_keys_rotate(f->keys, f->jwks, &error) == RC_OK && count(f) == 2);
	second = kid_at(f, 1);
	usleep(SECOND_US);
	CHECK(strstr(jwt_jwks(f->signer, &f->a), second) != NULL);
	CHECK(strcmp(sign(f, &new), first) == 0 && check(f, new) == RC_OK);
	/* Asked again while it waits, there is no third. */
	CHECK(jwt_keys_rotate(f->keys, f->jwks, &error) == RC_OK && count(f) == 2);
	for (i = 0; i < 4; i++)
		CHECK(pthread_join(threads[i], &wrong) == 0 && wrong == NULL);

	first = age(f, first, "20250101000000");
	second = age(f, second, "20260101000000");
	CHECK(jwt_keys_create(f->keys, f->jwks, &error) == RC_OK);      /* the set follows the names */
	usleep(SECOND_US);
	CHECK(strcmp(sign(f, &new), second) == 0 && check(f, new) == RC_OK);
	CHECK(jwt_keys_rotate(f->keys, f->jwks, &error) == RC_OK && count(f) == 2);
	CHECK(strcmp(kid_at(f, 0), second) == 0 && check(f, new) == RC_OK);
}

/* A broken set changes nothing. The signing key removed: the waiting one signs at once, tokens of
 * the other are refused. */
static void
removal(struct fixture *f)
{
	const char *error = "", *second = kid_at(f, 0), *third = kid_at(f, 1), *old, *new;
	FILE *file;

	CHECK(strcmp(sign(f, &old), second) == 0 && check(f, old) == RC_OK);
	CHECK((file = fopen(f->jwks, "w")) != NULL && fputs("{\"keys\":[", file) > 0 && fclose(file) == 0);
	CHECK(check(f, old) == RC_OK);
	CHECK(jwt_keys_create(f->keys, f->jwks, &error) == RC_OK);
	CHECK(jwt_keys_remove(f->keys, f->jwks, "../jwks", &error) == RC_NOTFOUND);
	CHECK(jwt_keys_remove(f->keys, f->jwks, "", &error) == RC_NOTFOUND);
	CHECK(jwt_keys_remove(f->keys, f->jwks, second, &error) == RC_OK && count(f) == 1);
	CHECK(check(f, old) == RC_UNAUTH);
	usleep(SECOND_US);
	CHECK(strcmp(sign(f, &new), third) == 0 && check(f, new) == RC_OK && check(f, old) == RC_UNAUTH);
	/* A folder in disorder leaves the signer its keys. */
	CHECK((file = fopen(arena_fmt(&f->a, "%s/x.pem", f->keys), "w")) != NULL && fclose(file) == 0);
	usleep(SECOND_US);
	CHECK(strcmp(sign(f, &new), third) == 0);
	CHECK(jwt_keys_rotate(f->keys, f->jwks, &error) == RC_CONFIG);
	CHECK(unlink(arena_fmt(&f->a, "%s/x.pem", f->keys)) == 0);
}

/* Two keys that are not old enough to sign: the older one does. */
static void
which_signs(void)
{
	struct jwt_keys k = { .n = 3, .key = { { .made_s = 1000 }, { .made_s = 2000 }, { .made_s = 9000 } } };

	CHECK(jwt_keys_signing(&k, 0) == 0);
	CHECK(jwt_keys_signing(&k, 1000) == 0 && jwt_keys_signing(&k, 1599) == 0);
	CHECK(jwt_keys_signing(&k, 2599) == 0 && jwt_keys_signing(&k, 2600) == 1);
	CHECK(jwt_keys_signing(&k, 9599) == 1 && jwt_keys_signing(&k, 9600) == 2);
}

/* Several first starts at once make one key. */
static void
first_starts(struct fixture *f)
{
	const char *keys = arena_fmt(&f->a, "%s/first", f->folder);
	const char *jwks = arena_fmt(&f->a, "%s/first.json", f->folder), *error = "";
	struct jwt_keys k = { .n = 0 };
	pid_t pid[6];
	int status;
	size_t i;

	for (i = 0; i < 6; i++)
		if ((pid[i] = fork()) == 0)
			_exit(jwt_keys_create(keys, jwks, &error) == RC_OK ? 0 : 1);
	for (i = 0; i < 6; i++)
		CHECK(waitpid(pid[i], &status, 0) == pid[i] && status == 0);
	CHECK(jwt_keys_read(&k, keys, &error) == RC_OK && k.n == 1);
	jwt_keys_free(&k);
}

static void
empty(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

/* True for the calls that change something on disk. */
static bool
is_change(uint64_t call)
{
	static const int calls[] = {
		SYS_openat, SYS_write, SYS_writev, SYS_mkdir, SYS_rename, SYS_unlink, SYS_fchmod,
		SYS_lchown, SYS_fsync, SYS_close, SYS_flock, SYS_exit_group,
	};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (call == (uint64_t)calls[i])
			return true;
	return false;
}

/* Kills the child as it is about to make its nth such call. False: it had ended before. */
static bool
run_killed(enum rc (*run)(struct fixture *), struct fixture *f, int n)
{
	struct __ptrace_syscall_info info;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(run(f) == RC_OK ? 0 : 1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD);
	while (n > 0) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0 || waitpid(pid, &status, 0) != pid ||
		    !WIFSTOPPED(status))
			return false;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY && is_change(info.entry.nr))
			n--;
	}
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	return true;
}

/* What signs can be verified: each key of the folder is in the set. */
static bool
works(struct fixture *f)
{
	char set[16384] = "";
	struct jwt_keys k = { .n = 0 };
	FILE *file = fopen(f->jwks, "r");
	bool ok;
	size_t i;

	if (file == NULL)
		return false;
	ok = fread(set, 1, sizeof(set) - 1, file) > 0 && jwt_keys_read(&k, f->keys, NULL) == RC_OK && k.n > 0;
	fclose(file);
	for (i = 0; i < k.n; i++)
		ok = ok && strstr(set, k.key[i].kid) != NULL;
	jwt_keys_free(&k);
	return ok;
}

/* As after a good end: nothing half-made, the set is the folder's. */
static bool
in_order(struct fixture *f, size_t want)
{
	char set[16384] = "";
	struct jwt_keys k = { .n = 0 };
	FILE *file = fopen(f->jwks, "r");
	DIR *d = opendir(f->keys);
	size_t files = 0;
	bool ok;

	while (d != NULL && readdir(d) != NULL)
		files++;
	if (d != NULL)
		closedir(d);
	if (file == NULL)
		return false;
	ok = fread(set, 1, sizeof(set) - 1, file) > 0 && jwt_keys_read(&k, f->keys, NULL) == RC_OK;
	fclose(file);
	ok = ok && k.n == want && files == want + 3 &&   /* ".", ".." and the lock */
	    strcmp(set, arena_fmt(&f->a, "%s\n", jwt_keys_set(&k, &f->a))) == 0;
	jwt_keys_free(&k);
	return ok;
}

static enum rc
rotate(struct fixture *f)
{
	return jwt_keys_rotate(f->keys, f->jwks, NULL);
}

static enum rc
remove_second(struct fixture *f)
{
	return jwt_keys_remove(f->keys, f->jwks, "20260101000000-b", NULL);
}

/* A rotation that adds one key and removes one, and a removal, killed before each change; without
 * LONG before every third, for making keys takes time. */
static void
killed(struct fixture *f)
{
	const struct { enum rc (*run)(struct fixture *); size_t left; } jobs[] =
	    { { rotate, 2 }, { remove_second, 1 } };
	int step = getenv("LONG") != NULL ? 1 : 3, n;
	struct rsa *a = NULL, *b = NULL;
	size_t j;

	CHECK(rsa_create(&a) == RC_OK && rsa_create(&b) == RC_OK);
	for (j = 0; j < 2; j++) {
		for (n = 1; n < CALLS_MAX; n += step) {
			bool was_killed;
			enum rc rc;

			empty(f->keys);
			CHECK(rsa_write(a, arena_fmt(&f->a, "%s/20250101000000-a.pem", f->keys)) == RC_OK);
			CHECK(rsa_write(b, arena_fmt(&f->a, "%s/20260101000000-b.pem", f->keys)) == RC_OK);
			CHECK(jwt_keys_create(f->keys, f->jwks, NULL) == RC_OK);
			was_killed = run_killed(jobs[j].run, f, n);
			CHECK(works(f));
			rc = jobs[j].run(f);
			CHECK(rc == RC_OK || rc == RC_NOTFOUND);
			CHECK(works(f) && in_order(f, jobs[j].left));
			if (!was_killed)
				break;
		}
		printf("# killed at %d places\n", (n - 1) / step);
		CHECK(n > 20 && n < CALLS_MAX);
	}
	rsa_free(a);
	rsa_free(b);
}

int
main(void)
{
	static struct fixture f = { .now_s = NOW + 100 };

	open_all(&f);
	if (t_failed > 0)
		return DONE();
	rotation(&f);
	removal(&f);
	which_signs();
	first_starts(&f);
	killed(&f);
	empty(f.keys);
	empty(arena_fmt(&f.a, "%s/first", f.folder));
	CHECK(rmdir(f.keys) == 0 && rmdir(arena_fmt(&f.a, "%s/first", f.folder)) == 0);
	empty(f.folder);
	CHECK(rmdir(f.folder) == 0);
	jwt_signer_close(f.signer);
	jwt_verifier_close(f.verifier);
	arena_free(&f.a);
	return DONE();
}
