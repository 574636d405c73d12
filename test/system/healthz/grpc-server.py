"""A server of grpc.health.v1.Health on the port of the first argument: the service of the second argument is SERVING."""
import sys
from concurrent import futures

import grpc


def check(request, context):
    # HealthCheckRequest { string service = 1; }: a tag, a length, the name.
    service = request[2:].decode()
    if service == sys.argv[2]:
        return b"\x08\x01"
    if service == "down":
        return b"\x08\x02"
    context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
server.add_generic_rpc_handlers(
    (grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)}),)
)
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
