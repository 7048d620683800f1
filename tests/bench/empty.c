/* SPDX-License-Identifier: Apache-2.0 */
/* empty.c - the ceiling of the benchmark: FastCGI answers that hold nothing, from as many processes
 * and threads as the workers have, and nothing else of ours.
 *
 *	spawn-fcgi -s SOCKET -n -- empty WORKERS THREADS */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void *
serve(void *arg)
{
	FCGX_Request f;

	(void)arg;
	FCGX_InitRequest(&f, 0, 0);
	while (FCGX_Accept_r(&f) == 0) {
		FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n", f.out);
		FCGX_Finish_r(&f);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	long workers = argc > 1 ? strtol(argv[1], NULL, 10) : 2;
	long threads = argc > 2 ? strtol(argv[2], NULL, 10) : 32;
	pthread_t thread;
	long i;

	for (i = 0; i < workers; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, 9);
			FCGX_Init();
			for (i = 1; i < threads; i++)
				if (pthread_create(&thread, NULL, serve, NULL) != 0)
					return 1;
			serve(NULL);
			return 0;
		}
	while (wait(NULL) > 0)
		;
	return 0;
}
