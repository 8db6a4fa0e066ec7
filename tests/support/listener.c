/* Stands in for a port-forward: listens on 127.0.0.1:PORT and closes what connects, until it is killed. Says so on stdout. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0) {
        perror("listener");
        return 1;
    }
    printf("Forwarding from 127.0.0.1:%s\n", argv[1]);
    fflush(stdout);
    for (;;)
        close(accept(fd, NULL, NULL));
}
