/* libcurl's own words; see http_library.h. */
#include "transport/http_library.h"

#include <curl/curl.h>

const char *http_library_version(void)
{
    return curl_version();
}
