# Rscript glmnet.R FOLDER FAMILY THRESH: a path of glmnet on the arrays of the folder (see r_glmnet.py), and its seconds.
#
# glmnet divides a Gaussian target by its standard deviation (divisor n, about 0 without an intercept): its lambda is that of the mean loss all the same
# for the lasso, for both scale.
suppressPackageStartupMessages({library(glmnet); library(Matrix)})
args <- commandArgs(trailingOnly = TRUE)
at <- function(name) file.path(args[1], name)
shape <- readBin(at("shape"), "integer", 5, size = 4)
count <- if (shape[3] == 1) shape[5] else shape[1] * shape[2]
x <- readBin(at("x"), "double", count)
if (shape[3] == 1) {
  x <- new("dgCMatrix", i = readBin(at("indices"), "integer", count, size = 4),
           p = readBin(at("starts"), "integer", shape[2] + 1, size = 4), x = x, Dim = shape[1:2])
} else {
  dim(x) <- shape[1:2]
}
y <- readBin(at("y"), "double", shape[1])
if (args[2] == "multinomial") y <- factor(y)
lambdas <- readBin(at("lambdas"), "double", shape[4])
# No early end: every lambda is to be fitted.
glmnet.control(fdev = 0, devmax = 1)
seconds <- system.time(fit <- glmnet(x, y, family = args[2], lambda = lambdas, standardize = FALSE, intercept = FALSE,
                                     thresh = as.numeric(args[3]), maxit = 1e7))[["elapsed"]]
beta <- if (is.list(fit$beta)) do.call(rbind, fit$beta) else fit$beta
found <- as(as(beta, "CsparseMatrix"), "generalMatrix")
ends <- c(found@p, rep(found@p[length(found@p)], shape[4] - ncol(found)))
writeBin(seconds, at("seconds")); writeBin(found@x, at("values"))
writeBin(found@i, at("rows"), size = 4); writeBin(as.integer(ends), at("ends"), size = 4)
