/* Every subcommand, as data; see command.h. */
#include "headless/command.h"

#include <string.h>

#include "base/array.h"
#include "base/span.h"
#include "headless/commands.h"

#define OUTPUT(choices_) {"--output", 'o', "FORMAT", "output format: " choices_, COMMAND_COMPLETE_CHOICES, choices_}
#define YES {"--yes", 'y', NULL, "do it; without this the command only shows what it would do", COMMAND_COMPLETE_NONE, NULL}
#define DRY_RUN {"--dry-run", '\0', NULL, "show the preview and change nothing", COMMAND_COMPLETE_NONE, NULL}
#define CONFIRM {"--confirm", '\0', "NAME", "on a production Sovereign: the object's name (the FQDN for a cutover)", COMMAND_COMPLETE_NONE, NULL}
#define REASON {"--reason", '\0', "TEXT", "why, for the journal", COMMAND_COMPLETE_NONE, NULL}
#define REGION {"--region", 'r', "REGION", "only this region (default: every region, or the primary one for changes)", COMMAND_COMPLETE_NONE, NULL}
#define WATCH {"--watch", 'w', NULL, "then stay and show every change, until Ctrl-C", COMMAND_COMPLETE_NONE, NULL}

static const struct command_option GLOBALS[] = {
    {"--config", '\0', "FILE", "configuration file (default: $XDG_CONFIG_HOME/sovdeck/config.yaml)", COMMAND_COMPLETE_FILE, NULL},
    {"--sovereign", 's', "NAME", "Sovereign of the configuration to work with", COMMAND_COMPLETE_NONE, NULL},
    {"--kubeconfig", '\0', "FILE", "use this kubeconfig instead of a configured Sovereign", COMMAND_COMPLETE_FILE, NULL},
    {"--context", '\0', "NAME", "context of the kubeconfig", COMMAND_COMPLETE_NONE, NULL},
    {"--cluster", '\0', "NAME", "cluster of the kubeconfig instead of the context's", COMMAND_COMPLETE_NONE, NULL},
    {"--user", '\0', "NAME", "user of the kubeconfig instead of the context's", COMMAND_COMPLETE_NONE, NULL},
    {"--namespace", 'n', "NS", "lists show only this namespace, and names without one are in it (default: the context's)", COMMAND_COMPLETE_NONE, NULL},
    {"--all-namespaces", 'A', NULL, "lists show all namespaces (the default)", COMMAND_COMPLETE_NONE, NULL},
    {"--as", '\0', "USER", "act as this user (Kubernetes impersonation)", COMMAND_COMPLETE_NONE, NULL},
    {"--as-group", '\0', "GROUP", "and in this group; may be given several times", COMMAND_COMPLETE_NONE, NULL},
    {"--as-uid", '\0', "UID", "and with this uid", COMMAND_COMPLETE_NONE, NULL},
    {"--request-timeout", '\0', "TIME", "longest wait for one answer of a Kubernetes API: 5s, 1m, seconds; 0 for no limit. Not for watches", COMMAND_COMPLETE_NONE, NULL},
    {"--nats", '\0', "URLS", "NATS servers to use instead of the configured ones, separated by commas", COMMAND_COMPLETE_NONE, NULL},
    {"--nats-context", '\0', "NAME", "context of the nats CLI to reach NATS with; 'current': the one selected there", COMMAND_COMPLETE_NONE, NULL},
    {"--journal", '\0', "FILE", "journal of operations (default: $XDG_STATE_HOME/sovdeck/journal.jsonl)", COMMAND_COMPLETE_FILE, NULL},
    {"--log", '\0', "FILE", "append diagnostics to this file", COMMAND_COMPLETE_FILE, NULL},
    {"--theme", '\0', "NAME", "theme of the console: dark, light, or a file", COMMAND_COMPLETE_FILE, NULL},
    {"--keymap", '\0', "FILE", "keymap of the console", COMMAND_COMPLETE_FILE, NULL},
    {"--ascii", '\0', NULL, "console: draw with ASCII only", COMMAND_COMPLETE_NONE, NULL},
    {"--mono", '\0', NULL, "console: no colours", COMMAND_COMPLETE_NONE, NULL},
    {"--help", 'h', NULL, "show help and leave", COMMAND_COMPLETE_NONE, NULL},
    {"--version", 'V', NULL, "show the version and leave", COMMAND_COMPLETE_NONE, NULL},
};

static const struct command_option GET_OPTIONS[] = {
    {"--selector", 'l', "LABELS", "label selector", COMMAND_COMPLETE_NONE, NULL},
    OUTPUT("table wide json name"),
    REGION,
    WATCH,
};
static const struct command_option COMPARE_OPTIONS[] = {
    {"--namespace", 'n', "NS", "its namespace (default: the context's; or write NS/NAME)", COMMAND_COMPLETE_NONE, NULL},
    {"--regions", '\0', "A,B", "the two regions (needed when there are more than two)", COMMAND_COMPLETE_NONE, NULL},
    {"--status", '\0', NULL, "status too", COMMAND_COMPLETE_NONE, NULL},
    {"--noise", '\0', NULL, "what servers write by themselves too: uid, versions, time stamps, managedFields", COMMAND_COMPLETE_NONE, NULL},
    OUTPUT("diff json"),
};
static const struct command_option STATUS_OPTIONS[] = {OUTPUT("text json"), WATCH};
static const struct command_option START_OPTIONS[] = {YES, DRY_RUN, CONFIRM, REASON, OUTPUT("text json"), WATCH};
static const struct command_option AUDIT_OPTIONS[] = {OUTPUT("text json")};
static const struct command_option CHANGE_OPTIONS[] = {YES, DRY_RUN, CONFIRM, REASON, REGION, OUTPUT("text json")};
static const struct command_option SHOW_OPTIONS[] = {
    OUTPUT("text json"),
    {"--last", '\0', "N", "only the last N lines", COMMAND_COMPLETE_NONE, NULL},
};
static const struct command_option VERIFY_OPTIONS[] = {
    OUTPUT("text json"),
    {"--head", '\0', "HASH", "a head hash quoted elsewhere: finds a cut tail too", COMMAND_COMPLETE_NONE, NULL},
};
static const struct command_option LOGIN_OPTIONS[] = {
    {"--email", '\0', "ADDRESS", "where the PIN is sent (default: the configuration's, else the last one used)", COMMAND_COMPLETE_NONE, NULL},
    {"--pin-file", '\0', "FILE", "read the PIN from this file once it was sent; - is standard input (default: asked for, not echoed)",
     COMMAND_COMPLETE_FILE, NULL},
};
static const struct command_option SPINE_OPTIONS[] = {OUTPUT("text json")};
static const struct command_option TAIL_OPTIONS[] = {OUTPUT("text json"), WATCH};
static const struct command_option DOCTOR_OPTIONS[] = {
    OUTPUT("text json"),
    {"--region", 'r', "REGION", "only Kubernetes of this region", COMMAND_COMPLETE_NONE, NULL},
    {"--feed", '\0', "FEED", "only this feed: kubernetes, catalyst-api, nats, gitea, or a region's name", COMMAND_COMPLETE_NONE, NULL},
    {"--verbose", 'v', NULL, "versions of the libraries too", COMMAND_COMPLETE_NONE, NULL},
};
static const struct command_option INIT_OPTIONS[] = {
    {"--output", 'o', "FILE", "write there, - for stdout (default: the configuration file)", COMMAND_COMPLETE_FILE, NULL},
    {"--force", '\0', NULL, "replace a file that is there", COMMAND_COMPLETE_NONE, NULL},
    {"--class", '\0', "CLASS", "of the Sovereigns written: production (default), staging or development", COMMAND_COMPLETE_CHOICES,
     "production staging development"},
    {"--all-contexts", '\0', NULL, "ask every context of the kubeconfig (default: the current one, or that of --context)", COMMAND_COMPLETE_NONE, NULL},
};
static const struct command_option DEMO_OPTIONS[] = {
    {"--serve-only", '\0', NULL, "serve without the console until SIGTERM or Ctrl-C", COMMAND_COMPLETE_NONE, NULL},
    {"--dir", '\0', "DIR", "folder for config.yaml, kubeconfig and data (default: a temporary one)", COMMAND_COMPLETE_FOLDER, NULL},
    {"--scenario", '\0', "NAME", "start in another state: untethered, running, failed, or a recorded incident", COMMAND_COMPLETE_CHOICES,
     "default untethered running failed hold region-b-forgotten secondary-reverts stale-ready loft-returned "
     "org-values-forgotten smtp-relay-forgotten registries-stuck-v1 status-reset started-restamped hold-four-addresses "
     "duplicate-values-key hold-without-policy policy-forbidden residual-tether auth-stripped-early reverted-before-proof "
     "harbor-empty reverted-in-seconds total-steps-wrong helmreleases-forbidden namespaces-forbidden hold-twice "
     "running-without-job apiserver-502 policy-leaked prewarm-too-slow daemonset-lacks-tool registry-at-dead-address "
     "organization-mid-cutover catalog-drift stale-mirror volumes-desynced false-leak trigger-unauthorized "
     "trigger-too-early gateway-not-programmed resync-overwrites git-unauthorized old-step-names force-push "
     "provider-unauthorized dead-node disputed secondary-kubeconfigs chart-8-steps chart-9-steps chart-10-steps "
     "chart-older-order chart-unknown-steps chart-invalid-step chart-without-steps status-garbage step-pod-pending "
     "step-image-pull step-out-of-memory step-without-pod"},
    {"--scale", '\0', "N", "multiply Applications and HelmReleases (1: about 65 HelmReleases a region)", COMMAND_COMPLETE_NONE, NULL},
    {"--speed", '\0', "X", "how fast its time runs (1: as in real life, default 14: a cutover takes about four minutes)", COMMAND_COMPLETE_NONE, NULL},
    {"--seed", '\0', "N", "seed of everything random", COMMAND_COMPLETE_NONE, NULL},
    {"--port-base", '\0', "N", "listen on ports N to N+4 (default: the folder's last ones, or free ones)", COMMAND_COMPLETE_NONE, NULL},
};

#define OPTIONS(array) .options = array, .option_count = ARRAY_LENGTH(array)

static const struct command COMMANDS[] = {
    {
        .name = "get", .operands = "KIND [NAME]", .summary = "List objects of a kind in every region",
        .details = "Built-in kinds are listed with sovdeck's columns, any other kind of the server with the server's own. KIND is a plural, "
                   "singular, short name or plural.group. Lists are read page by page; memory does not grow with the list's raw size.",
        .example = "sovdeck get applications\nsovdeck get hr -n flux-system -o json\nsovdeck get helmreleases -A --watch",
        OPTIONS(GET_OPTIONS), .least_operands = 1, .most_operands = 2, .complete = COMMAND_COMPLETE_KIND, .run = get_command_run,
    },
    {
        .name = "compare", .operands = "KIND NAME", .summary = "Compare the same object in two regions",
        .details = "What each server writes by itself, and status, are left out. Of Secrets only metadata is read. Exit code 0 when both are "
                   "the same, 1 when they differ or one is not there, else that of the region that could not be read.",
        .example = "sovdeck compare helmrelease bp-harbor -n flux-system\nsovdeck compare hr flux-system/bp-harbor --regions fsn,hel -o json",
        OPTIONS(COMPARE_OPTIONS), .least_operands = 2, .most_operands = 2, .complete = COMMAND_COMPLETE_KIND, .run = compare_command_run,
    },
    {
        .name = "cutover status", .operands = "", .summary = "What the cutover claims, beside what the live objects say",
        OPTIONS(STATUS_OPTIONS), .run = cutover_command_status,
        .example = "sovdeck cutover status\nsovdeck cutover status -o json --watch",
    },
    {
        .name = "cutover start", .operands = "", .summary = "Start, resume or retry the cutover (one way: there is no abort)",
        .details = "Without --yes it shows what would happen. On a production Sovereign --confirm FQDN is needed too. With --watch it "
                   "stays and shows the status until the run has ended.",
        OPTIONS(START_OPTIONS), .run = cutover_command_start,
        .example = "sovdeck cutover start\nsovdeck cutover start --yes --confirm acme.example --reason 'change 4711'",
    },
    {
        .name = "cutover delete-policy", .operands = "", .summary = "Delete the egress test's policy where a test left it behind",
        .details = "In every region. Refused while an egress test runs anywhere, or while that cannot be told. On a production Sovereign "
                   "--confirm cutover-egress-block is needed too.",
        OPTIONS(CHANGE_OPTIONS), .run = cutover_command_delete_policy, .example = "sovdeck cutover delete-policy --yes",
    },
    {
        .name = "override-roll", .operands = "NS/NAME", .summary = "Let harbor-prewarm start although a HelmRelease is not Ready",
        .details = "Puts the reason (--reason) on the release; without a reason the override is taken back. Refused for a release that is "
                   "Ready or in the middle of a roll-out, as the platform would.",
        OPTIONS(CHANGE_OPTIONS), .least_operands = 1, .most_operands = 1, .run = operation_command_override,
        .example = "sovdeck override-roll flux-system/bp-guacamole --reason 'known broken, not used' --yes",
    },
    {
        .name = "audit", .operands = "", .summary = "Look for tethers to the mothership and upstream in every region",
        .details = "Exit code 1 when a tether was found, 8 when something could not be measured.",
        OPTIONS(AUDIT_OPTIONS), .run = audit_command_run, .example = "sovdeck audit -o json",
    },
    {
        .name = "patch", .operands = "helmrelease NS/NAME PATH=VALUE...", .summary = "Change values of a HelmRelease, after a server-side dry run",
        .details = "PATH=VALUE keeps the type of the value that is there, a new path gets a text; PATH:=JSON says the type; PATH:=null "
                   "removes the value. Paths count from spec.values, or from the object when they begin with 'spec.'. A dot in a key is "
                   "escaped: a.b\\.c; list elements are [0].\n\n"
                   "Without --yes, or with --dry-run, the command shows the plan, the checks, the diff of the dry run, what Git will do to "
                   "every path, and the blast radius. On a production Sovereign --confirm NAME is needed too.",
        OPTIONS(CHANGE_OPTIONS), .least_operands = 3, .most_operands = 34, .run = operation_command_patch,
        .example = "sovdeck patch helmrelease flux-system/bp-harbor replicas:=3 --dry-run\n"
                   "sovdeck patch hr flux-system/bp-sso-bridge image.repository=harbor.acme.example/proxy-dockerhub/alpine/k8s --yes",
    },
    {
        .name = "reconcile", .operands = "KIND NS/NAME", .summary = "Ask Flux to reconcile an object now, and wait for the answer",
        OPTIONS(CHANGE_OPTIONS), .least_operands = 2, .most_operands = 2, .run = operation_command_reconcile,
        .example = "sovdeck reconcile helmrelease flux-system/bp-harbor --yes",
    },
    {
        .name = "suspend", .operands = "KIND NS/NAME", .summary = "Stop Flux from touching an object until it is resumed",
        OPTIONS(CHANGE_OPTIONS), .least_operands = 2, .most_operands = 2, .run = operation_command_suspend,
        .example = "sovdeck suspend helmrelease flux-system/bp-harbor --yes --reason 'storage move'",
    },
    {
        .name = "resume", .operands = "KIND NS/NAME", .summary = "Let Flux reconcile a suspended object again",
        OPTIONS(CHANGE_OPTIONS), .least_operands = 2, .most_operands = 2, .run = operation_command_resume,
        .example = "sovdeck resume helmrelease flux-system/bp-harbor --yes",
    },
    {
        .name = "journal show", .operands = "", .summary = "Show the journal of operations", .is_offline = true,
        OPTIONS(SHOW_OPTIONS), .run = journal_command_show, .example = "sovdeck journal show --last 20",
    },
    {
        .name = "journal verify", .operands = "", .summary = "Check that no line of the journal was changed, removed or moved", .is_offline = true,
        .details = "A cut tail cannot be seen from inside a journal: give the head hash that a report or evidence bundle prints with --head. "
                   "Exit code 1 when something was found.",
        OPTIONS(VERIFY_OPTIONS), .run = journal_command_verify, .example = "sovdeck journal verify --head 5f0c...",
    },
    {
        .name = "login", .operands = "", .summary = "Log in to catalyst-api with a PIN by e-mail, and keep the session",
        .details = "The session is kept in $XDG_STATE_HOME/sovdeck/sessions, readable only for you, and used by the console and every command "
                   "until it ends (8 hours) or until 'sovdeck logout'. It is used for the host and Sovereign it was made for only.\n\n"
                   "Exit codes: 2 the address, the PIN's form or the configuration is off; 3 the PIN was wrong, void or has run out; 5 "
                   "catalyst-api or its mail relay is away; 6 it did not answer in time; others as for every command.",
        OPTIONS(LOGIN_OPTIONS), .run = login_command_run,
        .example = "sovdeck login --email ops@acme.example\nsovdeck login --email ops@acme.example --pin-file -",
    },
    {
        .name = "logout", .operands = "", .summary = "End the session of catalyst-api and delete what was kept of it",
        .run = logout_command_run, .example = "sovdeck logout --sovereign acme",
    },
    {
        .name = "spine streams", .operands = "", .summary = "JetStream's streams and buckets: messages, age of the last one, consumers, replicas",
        OPTIONS(SPINE_OPTIONS), .run = spine_command_streams, .example = "sovdeck spine streams -o json",
    },
    {
        .name = "spine consumers", .operands = "STREAM", .summary = "Who reads a stream, and how far behind they are",
        OPTIONS(SPINE_OPTIONS), .least_operands = 1, .most_operands = 1, .run = spine_command_consumers, .example = "sovdeck spine consumers CATALYST_SME",
    },
    {
        .name = "spine kv", .operands = "[BUCKET]", .summary = "The key-value buckets, or the keys of one",
        .details = "Values of keys and members whose names look like secrets (password, token, ...) are not shown.",
        OPTIONS(SPINE_OPTIONS), .most_operands = 1, .run = spine_command_kv, .example = "sovdeck spine kv policy-rollup",
    },
    {
        .name = "spine tail", .operands = "SUBJECT", .summary = "The last messages of a subject, and with --watch every new one",
        .details = "Every stream that stores the subject is read, with ephemeral consumers that acknowledge nothing; without a stream only what "
                   "is published meanwhile is seen. Missing sequences are a line of their own.",
        OPTIONS(TAIL_OPTIONS), .least_operands = 1, .most_operands = 1, .run = spine_command_tail,
        .example = "sovdeck spine tail 'catalyst.>' --watch",
    },
    {
        .name = "doctor", .operands = "", .summary = "What can be reached, as whom, with which rights; and what the terminal can do",
        .details = "Every feed of every region is examined at the same time, for at most 9 seconds: address, identity, TLS chain and "
                   "expiry, clock, latency, protocol, version, kinds, and the rights that each capability of sovdeck takes. Every bad line "
                   "has the sentence that mends it. No secret is shown.\n\n"
                   "Exit code 0 when no line is bad (warnings are not), else the code of what the first bad line is about: 3 an identity "
                   "that is not accepted, 4 a required right that is missing, 5 not reached or not trusted, 6 no answer in time, 8 something else.",
        OPTIONS(DOCTOR_OPTIONS), .run = doctor_command_run, .example = "sovdeck doctor -o json",
    },
    {
        .name = "init", .operands = "", .summary = "Write a commented configuration from the kubeconfig, after asking its contexts",
        .details = "Asks which contexts answer, which are Catalyst Sovereigns (ConfigMap catalyst-system/sovereign-fqdn), which are regions of the same "
                   "one, and whether catalyst-api's public hosts answer. In-cluster services get a suggested tunnel, commented out. What could not be "
                   "asked is in the file with its reason. No secret is read or written. An existing file is left alone without --force.",
        OPTIONS(INIT_OPTIONS), .run = init_command_run, .example = "sovdeck init --all-contexts\nsovdeck init --context fsn --class staging --output -",
    },
    {
        .name = "demo", .operands = "", .summary = "Start a demo Sovereign on this machine, and the console on it", .is_offline = true,
        OPTIONS(DEMO_OPTIONS), .run = demo_command_run, .example = "sovdeck demo\nsovdeck demo --serve-only --dir /tmp/demo",
    },
    {
        .name = "completion", .operands = "bash|zsh", .summary = "Print the completion script for a shell", .is_offline = true,
        .least_operands = 1, .most_operands = 1, .run = completion_command_run, .example = "source <(sovdeck completion bash)",
    },
    {
        .name = "docs", .operands = "man|commands", .summary = "Print the man page, or the commands as Markdown", .is_offline = true,
        .least_operands = 1, .most_operands = 1, .run = docs_command_run,
    },
    {
        .name = "version", .operands = "", .summary = "Show the version", .is_offline = true, .run = version_command_run,
    },
    {
        .name = "help", .operands = "[COMMAND]", .summary = "Show help on a command", .is_offline = true, .most_operands = 2, .run = help_command_run,
    },
};

size_t command_table_count(void)
{
    return ARRAY_LENGTH(COMMANDS);
}

const struct command *command_table_at(size_t index)
{
    return &COMMANDS[index];
}

size_t command_table_global_count(void)
{
    return ARRAY_LENGTH(GLOBALS);
}

const struct command_option *command_table_global_at(size_t index)
{
    return &GLOBALS[index];
}

const struct command *command_table_match(char *const *words, size_t count, size_t *used)
{
    for (size_t i = 0; i < ARRAY_LENGTH(COMMANDS); i++) {
        struct span rest = span_of(COMMANDS[i].name), part;
        size_t matched = 0;
        bool same = true;
        while (same && span_split(&rest, ' ', &part)) {
            same = matched < count && span_equals_text(part, words[matched]);
            matched++;
        }
        if (same) {
            *used = matched;
            return &COMMANDS[i];
        }
    }
    return NULL;
}

bool command_table_is_group(const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < ARRAY_LENGTH(COMMANDS); i++)
        if (strncmp(COMMANDS[i].name, word, length) == 0 && COMMANDS[i].name[length] == ' ')
            return true;
    return false;
}
